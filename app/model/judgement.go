package model

import "time"

// MatchWord is what a moderator says that two photos are to each other.
type MatchWord string

// The words on a match.
const (
	WordOpen        MatchWord = "" // nothing said, or taken back
	WordSamePicture MatchWord = "same picture"
	WordSamePerson  MatchWord = "same person" // in two photos
	WordStock       MatchWord = "stock"       // a bought picture, of nobody here
	WordGraphic     MatchWord = "graphic"     // a logo or drawing: allowed
	WordUnrelated   MatchWord = "unrelated"
)

// Verdict is what a word makes of the finding: a copy, a second photo of one
// person and a stock picture are evidence; a graphic and strangers are none.
func (w MatchWord) Verdict() Verdict {
	switch w {
	case WordSamePicture, WordSamePerson, WordStock:
		return VerdictAccepted
	case WordGraphic, WordUnrelated:
		return VerdictRejected
	}
	return VerdictOpen
}

// BankKind is the kind of bank that the photo goes into with the word; empty
// for none.
func (w MatchWord) BankKind() BankKind {
	switch w {
	case WordStock:
		return BankStock
	case WordGraphic:
		return BankLegitimate
	}
	return ""
}

// MatchJudgement is one word on a match, with what the matcher had said of it,
// so that the words can be held against the scores.
type MatchJudgement struct {
	Seq       int64
	FindingID string
	CaseID    string
	Word      MatchWord
	Before    Verdict // the finding's, which taking it back restores
	Kind      MatchKind
	Class     string
	Score     float64
	Distance  int
	BankID    string // that the photo was put into; empty for none
	ItemID    string // the item that this word added or enabled; empty if it stood there already
	By        string
	At        time.Time
	Undone    bool
}
