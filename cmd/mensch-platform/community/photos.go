package community

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/jpeg"
	"io/fs"
	"path"
	"slices"
	"strings"

	"mensch/app/model"
)

// bankFiles are held apart: no honest expert shows them.
var bankFiles = map[string]BankPhoto{
	"f48": {Kind: model.BankStock, Name: "Woman smiling, close-up"}, "f38": {Kind: model.BankStock, Name: "Woman in the street"},
	"f76": {Kind: model.BankStock, Name: "Businesswoman, city"}, "f22": {Kind: model.BankStock, Name: "Young woman, daylight"},
	"f68": {Kind: model.BankStock, Name: "Model in white"}, "f86": {Kind: model.BankStock, Name: "Woman in a grey cardigan"},
	"f60": {Kind: model.BankStock, Name: "Portrait, plain background"}, "f02": {Kind: model.BankStock, Name: "Woman in an armchair"},
	"m90": {Kind: model.BankStock, Name: "Businessman, sofa"}, "m56": {Kind: model.BankStock, Name: "Senior executive"},
	"m36": {Kind: model.BankStock, Name: "Man in a suit"}, "m46": {Kind: model.BankStock, Name: "Athlete at the harbour"},
	"m02": {Kind: model.BankStock, Name: "Man by the lake, arms crossed"}, "m70": {Kind: model.BankStock, Name: "Young man, concrete wall"},
	"m04": {Kind: model.BankBanned, Name: "Account banned for fraud"}, "f26": {Kind: model.BankBanned, Name: "Account banned for theft of photos"},
	"k03": {Kind: model.BankCopyrighted, Name: "Caps on a wall"}, "k23": {Kind: model.BankCopyrighted, Name: "Two macaws"},
	"k20": {Kind: model.BankCopyrighted, Name: "Fighter plane"}, "k07": {Kind: model.BankCopyrighted, Name: "Hibiscus window"},
	"k19": {Kind: model.BankLegitimate, Name: "Lighthouse, free for all"}, "k24": {Kind: model.BankLegitimate, Name: "Chalet, free for all"},
}

func isBankFile(name string) bool { _, ok := bankFiles[name]; return ok }

// photoCopy is a picture that somebody took from elsewhere.
type photoCopy struct {
	deed      *deed
	file      string
	to        *person
	transform string // "": the very file
}

func (w *world) loadPhotos(fsys fs.FS) error {
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".jpg" {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		w.files[strings.TrimSuffix(path.Base(name), ".jpg")] = data
		return nil
	})
	if err != nil {
		return fmt.Errorf("walking the folder: %w", err)
	}
	if len(w.files) < 100 {
		return fmt.Errorf("%d photos found, 100 needed", len(w.files))
	}
	for name := range bankFiles {
		if w.files[name] == nil {
			return fmt.Errorf("the photo %s is missing", name)
		}
	}
	return nil
}

func (w *world) keep(data []byte) string {
	sum := sha256.Sum256(data)
	id := hex.EncodeToString(sum[:])
	w.photos[id] = data
	return id
}

// copyPhoto notes that one account shows the other's photo.
func (w *world) copyPhoto(d *deed, from, to *person, transform string) {
	w.copies = append(w.copies, photoCopy{deed: d, file: from.file, to: to, transform: transform})
}

// photoRoles casts those who show a photo that is not of them.
func (k caster) photoRoles() {
	w := k.w
	byKind := map[model.BankKind][]string{}
	for _, name := range keysOf(bankFiles) {
		byKind[bankFiles[name].Kind] = append(byKind[bankFiles[name].Kind], name)
	}
	for i, how := range []string{"re-encoded", "mirrored", "cropped", "circle", "framed", "captioned", "mirrored and cropped"} {
		name := byKind[model.BankStock][2*i]
		p := k.take(1, "", func(p *person) bool { return p.file == "" })[0]
		p.adopt(portraits[name], name[0] == 'f', k)
		d := w.did(p, "false-photo", "photo/stock", 1+min(i, 4)/2)
		w.copies = append(w.copies, photoCopy{deed: d, file: name, to: p, transform: how})
	}
	for i, how := range []string{"mirrored", "cropped to the head", "screenshot", "polaroid", "darker and warmer"} {
		victim := k.take(1, "", func(p *person) bool { return p.file != "" && p.file[0] != 'k' })[0]
		victim.accuse = false
		thief := k.take(1, "", func(p *person) bool { return p.file == "" && (i%2 == 0) == (p.cluster == victim.cluster) })[0]
		thief.adopt(portraits[victim.file], victim.file[0] == 'f', k)
		d := w.did(thief, "false-photo", "photo/other-expert", 1+i/2)
		d.Others = []string{victim.id}
		w.copies = append(w.copies, photoCopy{deed: d, file: victim.file, to: thief, transform: how})
	}
	p := k.take(1, "", func(p *person) bool { return p.file == "" })[0]
	p.adopt(portraits["m04"], false, k)
	d := w.did(p, "false-photo", "photo/banned", 2)
	w.copies = append(w.copies, photoCopy{deed: d, file: "m04", to: p, transform: "cropped"})
	for i, how := range []string{"re-encoded", "cropped"} {
		q := k.take(1, "", func(p *person) bool { return p.file == "" })[0]
		d := w.did(q, "copyright", "copyright/photo", 1+i)
		w.copies = append(w.copies, photoCopy{deed: d, file: byKind[model.BankCopyrighted][i], to: q, transform: how})
	}
	// Pictures without a person are allowed; so is one that everybody may use.
	q := k.anyFaceless()
	w.copies = append(w.copies, photoCopy{deed: w.seems(q, "copyright", "decoy/free-picture", "in the bank of legitimate pictures"), file: "k19", to: q, transform: "re-encoded"})
	for _, name := range keysOf(w.files) {
		if name[0] == 'k' && !isBankFile(name) {
			q := k.anyFaceless()
			q.file = name
		}
	}
	n := 0
	for _, i := range k.r.Perm(len(w.people)) {
		q := w.people[i]
		if q.file == "" && !q.photoSet && n < 66 {
			q.drawing = true
			n++
			if n <= 12 {
				w.seems(q, "false-photo", "decoy/drawing", "a graphic is allowed")
			}
		}
	}
	for i := range w.copies {
		w.copies[i].to.photoSet = true
	}
}

func (k caster) anyFaceless() *person {
	for {
		p := pick(k.r, k.w.people)
		if p.file == "" && !p.drawing && !p.reserved && !p.photoSet {
			p.photoSet = true
			return p
		}
	}
}

// dressPhotos makes the bytes of every photo and fills the banks.
func (w *world) dressPhotos() error {
	for _, c := range w.copies {
		r := w.stream("copy " + c.to.id)
		data := w.files[c.file]
		if c.transform != "" {
			img, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil {
				return fmt.Errorf("decoding %s: %w", c.file, err)
			}
			change := alterations[c.transform]
			if change == nil {
				return fmt.Errorf("no alteration %q", c.transform)
			}
			if data, err = encodeJPEG(change(img, r), r.between(72, 86)); err != nil {
				return err
			}
		}
		c.to.photoID = w.keep(data)
		c.to.photoSet = true
		c.deed.PhotoID, c.deed.Source, c.deed.Transform = c.to.photoID, w.keep(w.files[c.file]), c.transform
	}
	// Drawings are independent of each other, so that the machine's cores share them.
	type made struct {
		data []byte
		err  error
	}
	var artists []*person
	for _, p := range w.people {
		switch {
		case p.photoID != "":
		case p.file != "":
			p.photoID = w.keep(w.files[p.file])
		case p.drawing:
			artists = append(artists, p)
		}
	}
	results := make([]chan made, len(artists))
	motif := w.dealMotifs(artists)
	for i, p := range artists {
		results[i] = make(chan made, 1)
		r := w.stream("drawing " + p.id)
		initials := string([]rune(p.given)[:1]) + string([]rune(p.family)[:1])
		go func(done chan<- made) {
			data, err := encodePNG(drawing(r, motif[i], i, initials))
			done <- made{data, err}
		}(results[i])
	}
	for i, p := range artists {
		m := <-results[i]
		if m.err != nil {
			return m.err
		}
		p.photoID = w.keep(m.data)
	}
	w.fillBank()
	return nil
}

// fillBank lists the pictures that are held apart, by kind.
func (w *world) fillBank() {
	names := map[model.BankKind][3]string{
		model.BankStock:       {"Stock portraits", "Brightframe Stock (fictional), search of 12 March 2026", "royalty-free licence, not for profiles"},
		model.BankBanned:      {"Banned accounts", "platform's own records", "internal"},
		model.BankCopyrighted: {"Protected pictures", "Harbour House Picture Agency (fictional), notice of May 2026", "all rights reserved"},
		model.BankLegitimate:  {"Free pictures", "public domain collection", "free for any use"},
	}
	for _, name := range keysOf(bankFiles) {
		b := bankFiles[name]
		n := names[b.Kind]
		b.PhotoID, b.Bank, b.Source, b.Licence = w.keep(w.files[name]), n[0], n[1], n[2]
		w.bank = append(w.bank, b)
	}
	slices.SortStableFunc(w.bank, func(a, b BankPhoto) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
}

// Bank gives the pictures of the moderator's demo banks and their bytes by
// SHA-256, the same for every seed, without making a community.
func Bank(photos fs.FS) ([]BankPhoto, map[string][]byte, error) {
	w := newWorld(0, nil)
	if err := w.loadPhotos(photos); err != nil {
		return nil, nil, fmt.Errorf("reading the demo's photos: %w", err)
	}
	w.fillBank()
	return w.bank, w.photos, nil
}
