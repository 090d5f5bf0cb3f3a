package compare

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	menschapp "mensch/app"
	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

// The variables that make the test binary be a program with a window, and that
// ask for it: it needs a display and a machine to itself, so no usual run does.
const (
	framesChild = "MENSCH_FRAMES_CHILD"
	framesAsked = "MENSCH_FRAMES"
)

func TestMain(m *testing.M) {
	if os.Getenv(framesChild) != "" {
		playFrames()
		return
	}
	os.Exit(m.Run())
}

// largePhotos is the made-up community with photos of 12 megapixels.
type largePhotos struct{ *viewstest.Desk }

func (largePhotos) Photo(context.Context, string, int) (image.Image, error) {
	return gradient(4000, 3000), nil
}

func (d largePhotos) CaseFile(ctx context.Context, id string) (menschapp.CaseFile, error) {
	f, err := d.Desk.CaseFile(ctx, id)
	for i := range f.Pairs {
		f.Pairs[i].Other = menschapp.PhotoSide{PhotoID: fmt.Sprint("large-", i), Title: "Large"}
		f.Pairs[i].Match.Affine = [6]float64{-0.9, 0.02, 0.95, 0.02, 0.9, 0.05}
		f.Pairs[i].Match.Kind = model.AlteredCopy
	}
	return f, err
}

// playFrames opens the screen in a real window and moves the photos as fast as
// the window is drawn, for a time in each way.
func playFrames() {
	a := app.New()
	desk := largePhotos{viewstest.NewDesk(30)}
	desk.Dress(func(s *menschapp.Settings) { s.BlurPhotos = false })
	win := a.NewWindow("Mensch")
	sh := shell.New(shell.Options{App: a, Window: win, Desk: desk})
	v := New(sh, desk)
	sh.Add(shell.Compare, v)
	var size fyne.Size
	_, _ = fmt.Sscanf(os.Getenv(framesChild), "%gx%g", &size.Width, &size.Height)
	win.Resize(size)
	var drawn atomic.Int64
	v.panes[0].paint = func(p *pane, dst *image.RGBA) bool {
		drawn.Add(1)
		return v.paint(p, dst)
	}
	go func() {
		defer fyne.Do(a.Quit)
		fyne.DoAndWait(func() {
			sh.LoadSettings()
			sh.Open(shell.Route{Screen: shell.Compare, CaseID: "e000002.1"})
		})
		ready := func(n int) bool {
			ok := false
			for end := time.Now().Add(time.Minute); !ok && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				fyne.DoAndWait(func() {
					ok = len(v.seats) == n
					for _, s := range v.seats {
						ok = ok && s.photo != nil
					}
				})
			}
			return ok
		}
		play := func(name string, move func(i int)) {
			time.Sleep(300 * time.Millisecond)
			first, begin, cpu := drawn.Load(), time.Now(), processorTime()
			last := first
			for i := 0; time.Since(begin) < 4*time.Second; i++ {
				fyne.DoAndWait(func() { move(i) })
				for end := time.Now().Add(time.Second); drawn.Load() == last && time.Now().Before(end); {
					time.Sleep(time.Millisecond)
				}
				last = drawn.Load()
			}
			n := float64(last - first)
			fmt.Printf("FRAMES %s %.1f %.1f\n", name, n/time.Since(begin).Seconds(), float64(processorTime()-cpu)/1e6/n)
		}
		zoom := func(i int) {
			if i%60 < 30 {
				v.zoom(1.07)
			} else {
				v.zoom(1 / 1.07)
			}
		}
		for _, n := range []int{2, 4} {
			fyne.DoAndWait(func() { v.count(n) })
			if !ready(n) {
				fmt.Println("FRAMES failed: the photos did not come")
				return
			}
			play(fmt.Sprintf("zoom-%d", n), zoom)
			fyne.DoAndWait(func() { v.view = viewport{zoom: 3, x: 0.5, y: 0.5} })
			play(fmt.Sprintf("pan-%d", n), func(i int) { v.move([]float64{0.02, -0.02}[i/20%2], 0) })
			fyne.DoAndWait(v.toggleLoupe)
			play(fmt.Sprintf("loupe-%d", n), func(i int) { v.move([]float64{0.05, -0.05}[i/20%2], 0) })
			fyne.DoAndWait(v.toggleLoupe)
		}
		for m := swipe; m < modes; m++ {
			if m != blink {
				fyne.DoAndWait(func() { v.setMode(m) })
				play(strings.ReplaceAll(strings.ToLower(modeNames[m]), " ", "-"), zoom)
			}
		}
	}()
	win.ShowAndRun()
}

// TestFramesInAWindow counts frames of the real program's screen on a virtual
// display with software OpenGL, photos of 12 megapixels. It runs only if
// MENSCH_FRAMES is set to a window's size, such as 1280x740.
func TestFramesInAWindow(t *testing.T) {
	size := os.Getenv(framesAsked)
	if size == "" {
		t.Skip("set MENSCH_FRAMES to a window's size, such as 1280x740, on a machine that has nothing else to do")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	display := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", size+"x24", "-nolisten", "tcp")
	display.ExtraFiles = []*os.File{w}
	if err := display.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = display.Process.Kill()
		_ = display.Wait() // killed: the error says just that
	})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), exe)
	child.Env = append(os.Environ(), framesChild+"="+size, "DISPLAY=:"+strings.TrimSpace(number), "LIBGL_ALWAYS_SOFTWARE=1", "HOME="+t.TempDir())
	child.Stderr = io.Discard
	out, err := child.Output()
	if err != nil {
		t.Fatalf("the window: %v\n%s", err, out)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		var name string
		var rate, cost float64
		if n, _ := fmt.Sscanf(line, "FRAMES %s %f %f", &name, &rate, &cost); n != 3 {
			continue
		}
		seen++
		t.Logf("%-12s %5.1f frames a second, %5.1f ms of all processors a frame", name, rate, cost)
		// What a busy machine cannot draw in time it would with one processor to
		// itself, if a frame costs no more than its 40 ms.
		if rate < 25 && cost > 40 {
			t.Errorf("%s: %.1f frames a second at %.1f ms each, 25 are asked for", name, rate, cost)
		}
	}
	if seen != 9 {
		t.Errorf("%d ways were measured of 9:\n%s", seen, out)
	}
}
