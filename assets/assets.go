// Package assets embeds what the program carries with it: the default rule
// pack and the detectors' models.
package assets

import (
	"bytes"
	"embed"
	"io/fs"
)

//go:embed guidelines/pack.json
var rulePack []byte

//go:embed models
var models embed.FS

//go:embed icon.png
var icon []byte

// Icon is the program's icon, a PNG of 512 by 512 pixels.
func Icon() []byte { return bytes.Clone(icon) }

// RulePack is the default rule pack, as app/guidelines reads it.
func RulePack() []byte {
	return bytes.Clone(rulePack)
}

// Models is the folder of the detectors' models.
func Models() fs.FS {
	sub, err := fs.Sub(models, "models")
	if err != nil { // only a malformed name can fail, and this one is fixed
		return models
	}
	return sub
}
