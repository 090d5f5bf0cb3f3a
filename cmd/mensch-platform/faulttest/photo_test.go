package faulttest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"strings"
	"testing"

	"mensch/app/model"
	"mensch/cmd/mensch-platform/platform"
)

// hugePNG is a sound PNG of 20,000 x 20,000 black pixels: few bytes in a file,
// 1.6 GB as a picture in memory.
func hugePNG(t testing.TB) []byte {
	t.Helper()
	const side = 20_000
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		_ = binary.Write(&out, binary.BigEndian, uint32(len(data)))
		body := append([]byte(kind), data...)
		out.Write(body)
		_ = binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(nil, side)
	head = binary.BigEndian.AppendUint32(head, side)
	chunk("IHDR", append(head, 1, 0, 0, 0, 0)) // a bit a pixel, grey
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	row := make([]byte, 1+side/8)
	for range side {
		_, err := z.Write(row)
		must(t, err)
	}
	must(t, z.Close())
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return out.Bytes()
}

// jpegPhoto is a JPEG with enough in it to be cut in half.
func jpegPhoto(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 300, 300))
	for y := range 300 {
		for x := range 300 {
			img.Set(x, y, color.RGBA{uint8(x * y), uint8(x ^ y), uint8(x + 2*y), 255})
		}
	}
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, img, nil))
	return out.Bytes()
}

// Photos that are made to hurt, or are damaged, stop neither the sync nor the
// detectors, and say what is wrong where the photo would stand.
func TestPhotosThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	good := jpegPhoto(t)
	ids := map[string]string{}
	must(t, w.platform.Load(t.Context(), func(l *platform.Loader) error {
		for i, photo := range map[string][]byte{"e000": hugePNG(t), "e001": good[:len(good)/2], "e002": []byte("<svg onload=alert(1)>"), "e003": good} {
			id, err := l.PutPhoto(photo)
			if err != nil {
				return err
			}
			ids[i] = id
			if err := l.Put(model.ChangeProfile, i, 2, model.Profile{ExpertID: i, Version: 2, Name: i, Bio: "Roses.", PhotoID: id, UpdatedAt: began}); err != nil {
				return err
			}
		}
		return nil
	}))
	cmd := exec.CommandContext(t.Context(), menschctl(t), "--dir", w.dir, "--server", w.direct, "--json", "sync")
	cmd.Env = append(os.Environ(), "MENSCH_TOKEN="+secret)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	var line struct {
		Photos int
		Notes  []string
	}
	must(t, json.Unmarshal(out, &line))
	// The picture that is no picture is refused on the way; the other two
	// arrive whole, and cannot be decoded.
	if line.Photos != 3 || len(line.Notes) != 1 || !strings.Contains(line.Notes[0], "1 photos cannot be had") {
		t.Errorf("%s", out)
	}
	for expert, say := range map[string]string{"e000": "larger than", "e001": "cut off", "e002": "no picture", "e003": ""} {
		info, err := w.store.PhotoInfo(t.Context(), ids[expert])
		must(t, err)
		if say == "" && info.Fault != "" || !strings.Contains(info.Fault, say) {
			t.Errorf("the photo of %s: fault %q, want %q", expert, info.Fault, say)
		}
		_, err = w.store.HashesOf(t.Context(), ids[expert])
		if (err == nil) != (say == "") {
			t.Errorf("the hashes of %s: %v", expert, err)
		}
	}
	if peak := peakMemory(cmd.ProcessState); peak > 400<<20 {
		t.Errorf("it took %d MiB of memory", peak>>20)
	}
	must(t, w.store.CheckIntegrity(t.Context()))
}
