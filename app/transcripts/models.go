package transcripts

import (
	"errors"
	"fmt"
	"io/fs"

	"mensch/app/transcripts/linear"
)

// modelSet are the trained models that the folder has.
type modelSet struct {
	civility   *textModel
	background *background
	gist       [len(gistDetectors)]*textModel
}

// textModel is a linear model over the words and letters of a message.
type textModel struct{ *linear.Model }

func (s *modelSet) load(dir fs.FS) error {
	m, err := loadModel(dir, "civility.bin")
	if err != nil {
		return err
	}
	s.civility = m
	for n, file := range gistFiles {
		if s.gist[n], err = loadModel(dir, file); err != nil {
			return err
		}
	}
	raw, err := fs.ReadFile(dir, "background.bin")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read model background.bin: %w", err)
	}
	if s.background, err = decodeBackground(raw); err != nil {
		return fmt.Errorf("decode model background.bin: %w", err)
	}
	return nil
}

// loadModel reads a model; a folder without it gives nil.
func loadModel(dir fs.FS, name string) (*textModel, error) {
	raw, err := fs.ReadFile(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read model %s: %w", name, err)
	}
	m, err := linear.Decode(raw)
	if err != nil {
		return nil, fmt.Errorf("decode model %s: %w", name, err)
	}
	return &textModel{m}, nil
}

// blend joins a rule's score with a model's: either alone can carry it, and
// both together are worth more.
func blend(rule, model float64) float64 {
	if rule <= 0 {
		return model
	}
	return max(rule, model, 1-(1-rule)*(1-model*0.5))
}
