package bench

import "context"

func measureCredentials(context.Context, *table, string) error { return nil }
