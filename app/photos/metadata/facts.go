// Package metadata reads what a photo's file says of itself: camera, dates,
// software, colour profile, how it was compressed, and the marks that editors
// and cameras leave. It decodes no pixel, keeps no bytes beyond its limits, and
// takes any bytes at all: what is broken is left out.
package metadata

import "time"

// Limits of what Read takes from a file, whatever it claims.
const (
	maxText     = 200       // bytes of one text
	maxSegments = 4096      // segments, chunks or blocks that are walked
	maxEntries  = 512       // entries of one EXIF directory
	maxProfile  = 4 << 20   // bytes of a colour profile, unpacked
	maxXMP      = 1 << 20   // bytes of XMP that are searched
	maxThumb    = 256 << 10 // bytes of a thumbnail
	maxKeywords = 24
)

// Facts are what a file says of itself. Empty texts and zeros say nothing.
// None of it is proof: all of it can be written by hand.
type Facts struct {
	Format   string // JPEG, PNG, GIF, WebP; empty: none of them
	Bytes    int
	Width    int // as stored, before Turn, in pixels
	Height   int
	Turn     int    // EXIF orientation, 1 to 8; 0 where the file has none
	Colour   string // grey, RGB, RGB + alpha, palette, YCbCr, CMYK
	Depth    int    // bits of a channel
	Frames   int    // of an animation; 0 or 1: a still picture
	Lossless bool   // WebP

	Progressive bool
	Subsampling string // of JPEG: 4:4:4, 4:2:2, 4:2:0
	Quality     Quality
	Tables      []Table // of JPEG, by their number

	Camera   string // make and model
	Lens     string
	Software string
	Author   string
	Taken    time.Time // as the camera's clock had it; no zone
	Changed  time.Time
	Exposure string // "1/125 s, f/2.8, ISO 400, 85 mm"

	Exif      bool
	GPS       bool   // a place is given; Place reads it
	Profile   string // name of the ICC profile; "without a name" if it has none
	XMP       bool
	Tool      string // xmp:CreatorTool
	Source    string // IPTC's digital source type, such as trainedAlgorithmicMedia
	Photoshop bool   // Photoshop's image resources
	IPTC      bool
	C2PA      bool     // Content Credentials (not checked)
	Comment   string   // a JPEG or GIF comment
	Keywords  []string // names of the PNG's texts, such as "parameters"

	Thumbnail []byte // JPEG, as the file carries it
	Trailing  int    // bytes behind the picture's end
}

// Table is a quantisation table of a JPEG in the order of its file (zigzag).
type Table struct {
	Number int
	Values [64]uint16
}

// Quality is how strongly a JPEG was compressed, reckoned from its tables.
type Quality struct {
	Percent  int  // 1 to 100 on the scale of the Independent JPEG Group; 0: not known
	Standard bool // the tables are exactly that group's at this quality; else the nearest
}

// Place is where a photo says that it was taken, in degrees, north and east
// positive.
type Place struct{ Latitude, Longitude float64 }

// Read reads a file's facts. It never fails: of what it cannot read it says
// nothing.
func Read(data []byte) Facts {
	f := Facts{Bytes: len(data)}
	switch {
	case len(data) >= 3 && data[0] == 0xff && data[1] == 0xd8:
		f.Format = "JPEG"
		readJPEG(&f, data)
	case len(data) >= 8 && string(data[:8]) == "\x89PNG\r\n\x1a\n":
		f.Format = "PNG"
		readPNG(&f, data)
	case len(data) >= 6 && (string(data[:6]) == "GIF87a" || string(data[:6]) == "GIF89a"):
		f.Format = "GIF"
		readGIF(&f, data)
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		f.Format = "WebP"
		readWebP(&f, data)
	}
	return f
}

// PlaceOf reads where a photo says that it was taken; false where it does not.
// It stands apart from Facts because a place is private, and needed seldom.
func PlaceOf(data []byte) (Place, bool) {
	f := Facts{}
	var found []byte
	keep := func(tiff []byte) { found = tiff }
	switch {
	case len(data) >= 3 && data[0] == 0xff && data[1] == 0xd8:
		walkJPEG(data, func(marker byte, body []byte) bool {
			if marker == 0xe1 && hasExif(body) {
				keep(body[6:])
			}
			return found == nil
		})
	case len(data) >= 8 && string(data[:8]) == "\x89PNG\r\n\x1a\n":
		walkPNG(data, func(kind string, body []byte) bool {
			if kind == "eXIf" {
				keep(body)
			}
			return found == nil
		})
	case len(data) >= 12 && string(data[:4]) == "RIFF":
		walkRIFF(data, func(kind string, body []byte) bool {
			if kind == "EXIF" {
				keep(trimExif(body))
			}
			return found == nil
		})
	}
	if found == nil {
		return Place{}, false
	}
	return readExif(&f, found)
}
