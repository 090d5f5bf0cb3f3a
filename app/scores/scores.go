// Package scores is what the measurements of the detectors share: labelled sets
// in, and shares with their intervals out.
package scores

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// maxLine is the longest line of a labelled set, in bytes.
const maxLine = 16 << 20

// Load reads a JSON Lines file below a folder; the name has forward slashes. An
// absent file is an error that wraps fs.ErrNotExist.
func Load[T any](dir, name string) ([]T, error) {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("open the labelled set: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	var out []T
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, maxLine)
	for n := 1; sc.Scan(); n++ {
		var row T
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", name, n, err)
		}
		out = append(out, row)
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return out, nil
}

// Wilson is the 95 % interval of a share of k in n (E. B. Wilson: Probable
// Inference, JASA 22, 1927); of nothing it is 0 to 1.
func Wilson(k, n float64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.96
	p := k / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	low, high = max(0, middle-half), min(1, middle+half)
	if k == 0 { // exactly, whatever the last bit says
		low = 0
	}
	if k == n {
		high = 1
	}
	return low, high
}
