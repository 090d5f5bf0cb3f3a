package compare

import (
	"context"
	"fmt"
	"hash/crc32"
	"math"
	"strings"
	"time"

	"mensch/app"
	"mensch/app/photos/metadata"
	"mensch/views/shell"
	"mensch/views/show"
)

// factRow is one line of what the files say: a value for each photo.
type factRow struct {
	name    string
	values  []string
	differs []bool // from the reference's
}

// factRows hold what some files say side by side. facts holds nil for a file
// that could not be read, places what was read of places. A line on which no
// file says anything is left out.
func factRows(facts []*app.PhotoMetadata, places []string, ref int) []factRow {
	var rows []factRow
	add := func(name string, of func(f *app.PhotoMetadata) string) {
		row := factRow{name: name, values: make([]string, len(facts)), differs: make([]bool, len(facts))}
		said := false
		for i, f := range facts {
			if f != nil {
				row.values[i] = of(f)
			}
			said = said || row.values[i] != ""
		}
		if !said {
			return
		}
		for i, f := range facts {
			row.differs[i] = f != nil && facts[ref] != nil && row.values[i] != row.values[ref]
		}
		rows = append(rows, row)
	}
	yes := func(b bool) string {
		if b {
			return "present"
		}
		return ""
	}
	add("Format", format)
	add("Size of the file", func(f *app.PhotoMetadata) string { return show.Number(int64(f.Bytes)) + " bytes" })
	add("Pixels", func(f *app.PhotoMetadata) string { return fmt.Sprintf("%d × %d", f.Width, f.Height) })
	add("Turned by EXIF", func(f *app.PhotoMetadata) string { return turns[min(max(f.Turn, 0), len(turns)-1)] })
	add("Colours", func(f *app.PhotoMetadata) string {
		if f.Colour == "" {
			return ""
		}
		return fmt.Sprintf("%s, %d bit", f.Colour, f.Depth)
	})
	add("Colour profile", func(f *app.PhotoMetadata) string { return f.Profile })
	add("JPEG quality", func(f *app.PhotoMetadata) string { return qualityWords(f.Quality) })
	add("Quantisation", func(f *app.PhotoMetadata) string { return tableWords(f.Tables) })
	add("Colour sampling", func(f *app.PhotoMetadata) string { return f.Subsampling })
	add("Camera", func(f *app.PhotoMetadata) string { return f.Camera })
	add("Lens", func(f *app.PhotoMetadata) string { return f.Lens })
	add("Exposure", func(f *app.PhotoMetadata) string { return f.Exposure })
	add("Taken", func(f *app.PhotoMetadata) string { return moment(f.Taken) })
	add("Changed", func(f *app.PhotoMetadata) string { return moment(f.Changed) })
	add("Software", func(f *app.PhotoMetadata) string { return f.Software })
	add("Edited with", func(f *app.PhotoMetadata) string { return f.Tool })
	add("Made by", func(f *app.PhotoMetadata) string { return f.Author })
	add("Place", func(f *app.PhotoMetadata) string { return yes(f.GPS) })
	for i, place := range places {
		if place == "" {
			continue
		}
		for r := range rows {
			if rows[r].name == "Place" {
				rows[r].values[i] = place
			}
		}
	}
	add("Kind of picture", func(f *app.PhotoMetadata) string {
		if strings.Contains(f.Source, "lgorithmic") {
			return "made by a machine, says the file (" + f.Source + ")"
		}
		return f.Source
	})
	add("EXIF", func(f *app.PhotoMetadata) string { return yes(f.Exif) })
	add("XMP", func(f *app.PhotoMetadata) string { return yes(f.XMP) })
	add("Photoshop", func(f *app.PhotoMetadata) string { return yes(f.Photoshop) })
	add("IPTC", func(f *app.PhotoMetadata) string { return yes(f.IPTC) })
	add("Content Credentials", func(f *app.PhotoMetadata) string {
		if f.C2PA {
			return "present, not checked"
		}
		return ""
	})
	add("Thumbnail", func(f *app.PhotoMetadata) string {
		switch {
		case f.ThumbnailDiffers:
			return "shows something else than the photo"
		case len(f.Thumbnail) > 0:
			return "shows the photo"
		}
		return ""
	})
	add("Comment", func(f *app.PhotoMetadata) string { return f.Comment })
	add("Texts", func(f *app.PhotoMetadata) string { return strings.Join(f.Keywords, ", ") })
	add("Behind the end", func(f *app.PhotoMetadata) string {
		if f.Trailing == 0 {
			return ""
		}
		return show.Number(int64(f.Trailing)) + " bytes"
	})
	return rows
}

var turns = [...]string{"", "no", "mirrored", "half a turn", "mirrored, half a turn", "mirrored, a quarter left", "a quarter right", "mirrored, a quarter right", "a quarter left"}

func format(f *app.PhotoMetadata) string {
	out := f.Format
	switch {
	case f.Lossless:
		out += ", lossless"
	case f.Progressive && f.Format == "JPEG":
		out += ", progressive"
	case f.Progressive:
		out += ", interlaced"
	}
	if f.Frames > 1 {
		out += fmt.Sprintf(", %d frames", f.Frames)
	}
	return out
}

func qualityWords(q metadata.Quality) string {
	switch {
	case q.Percent == 0:
		return ""
	case q.Standard:
		return fmt.Sprintf("%d, usual tables", q.Percent)
	}
	return fmt.Sprintf("about %d, tables of its own", q.Percent)
}

// tableWords name the tables so that two files can be held together: a short
// sum, and the first steps of each.
func tableWords(tables []metadata.Table) string {
	if len(tables) == 0 {
		return ""
	}
	var all []byte
	var first []string
	for _, t := range tables {
		var steps []string
		for i, v := range t.Values {
			all = append(all, byte(v>>8), byte(v))
			if i < 5 {
				steps = append(steps, fmt.Sprint(v))
			}
		}
		first = append(first, strings.Join(steps, " "))
	}
	return fmt.Sprintf("%06x: %s …", crc32.ChecksumIEEE(all)&0xffffff, strings.Join(first, " …, "))
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2 Jan 2006 15:04:05")
}

// askFacts asks for what the files on the table say, once they are to be seen.
func (v *View) askFacts() {
	if v.parts == nil || v.parts.drawer != drawerFacts {
		return
	}
	for _, s := range v.seats {
		id := s.side.PhotoID
		if s.facts != nil || s.asked || id == "" || s.side.Fault != "" {
			continue
		}
		s.asked = true
		shell.Also(v.details, func(ctx context.Context) (app.PhotoMetadata, error) { return v.desk.PhotoMetadata(ctx, id) },
			func(f app.PhotoMetadata, err error) {
				for _, t := range v.seats {
					if t.side.PhotoID == id && err == nil {
						t.facts = &f
					}
				}
				v.sh.Fail("reading what the photo's file says", err)
				v.parts.fillDrawer()
			})
	}
}

// askPlace reads where the photo in hand was taken, which stands in the log.
func (v *View) askPlace() {
	if v.hand >= len(v.seats) || v.parts.drawer != drawerFacts {
		v.sh.Tell("Open what the files say first (i).")
		return
	}
	s := v.seats[v.hand]
	if s.facts == nil || !s.facts.GPS {
		v.sh.Tell("The photo in hand names no place.")
		return
	}
	type answer struct {
		place metadata.Place
		ok    bool
	}
	shell.Also(v.details, func(ctx context.Context) (answer, error) {
		place, ok, err := v.desk.PhotoPlace(ctx, s.side.PhotoID)
		return answer{place, ok}, err
	}, func(a answer, err error) {
		if err != nil {
			v.sh.Fail("reading the place", err)
			return
		}
		if a.ok {
			s.place = degrees(a.place)
			v.parts.fillDrawer()
		}
	})
}

// degrees says a place to about a hundred metres: enough to hold two together.
func degrees(p metadata.Place) string {
	side := func(d float64, plus, minus string) string {
		if d < 0 {
			plus = minus
		}
		return fmt.Sprintf("%.3f° %s", math.Abs(d), plus)
	}
	return side(p.Latitude, "N", "S") + ", " + side(p.Longitude, "E", "W")
}
