package bench

// notices measures whether a file has a copyright notice.
func (b *bench) notices() error {
	const file = "copyright/scancode.jsonl"
	res, err := b.measured("copyright: notices in files (unseen half), precision", "notice", file, unseen, "precision", 0.985, true)
	if err != nil {
		return err
	}
	b.add(res.Row("copyright: notices in files (unseen half), recall", "recall", 0.98, true))
	return nil
}
