// Package demo holds the photographs of the demo community. CREDITS.md beside
// it names their origin and licence.
package demo

import "embed"

// Photos holds photos/f*.jpg and photos/m*.jpg (portraits of persons who do
// not exist) and photos/k*.jpg (pictures without a person to recognise).
//
//go:embed photos/*.jpg
var Photos embed.FS
