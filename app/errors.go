package app

// Refusal says why the desk does not do what it was asked for: a sentence for
// the moderator that says what happened, what was kept and what to do.
type Refusal struct {
	Why string
}

// Error is the sentence.
func (r *Refusal) Error() string { return r.Why }
