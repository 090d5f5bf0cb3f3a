package bench

import "context"

func measureLinks(context.Context, string) ([]row, error) { return nil, nil }
