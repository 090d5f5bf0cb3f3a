package model

import "time"

// MatchKind says what two photos are to each other.
type MatchKind string

// The kinds of match, from the strongest to none.
const (
	SameFile        MatchKind = "same file"
	SamePicture     MatchKind = "same picture"
	AlteredCopy     MatchKind = "altered copy"
	SimilarPortrait MatchKind = "similar portrait" // perhaps the same person in another photo; never a copy
	Unrelated       MatchKind = "unrelated"
)

// Region is a rectangle of a photo, each number a share of its width or height
// from 0 to 1, the origin at the top left of the upright photo.
type Region struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"w"`
	Height float64 `json:"h"`
}

// Match is a finding about two photos.
type Match struct {
	Query       string    `json:"query"`               // photo ID
	Other       string    `json:"other"`               // photo ID, or the bank item's hash where there is no photo
	ExpertID    string    `json:"expert_id,omitempty"` // whose profile shows Other
	Bank        string    `json:"bank,omitempty"`      // bank ID
	BankItem    string    `json:"bank_item,omitempty"` // item ID
	Kind        MatchKind `json:"kind"`
	Class       string    `json:"class,omitempty"` // the query's: photo, graphic or featureless
	Score       float64   `json:"score"`           // calibrated probability that both show one picture
	Distance    int       `json:"distance"`        // Hamming distance of the 64-bit perceptual hashes, of Whole or of Laid, whichever is less
	Transform   string    `json:"transform"`       // in words: "mirrored, cropped to 62 %"
	Region      Region    `json:"region"`          // in the query
	OtherRegion Region    `json:"other_region"`
	// Affine maps a point of the query to one of the other photo, both as
	// shares of width and height: x' = a x + b y + c, y' = d x + e y + f.
	Affine [6]float64 `json:"affine"`
	// Whole compares the photos as they are, Laid the part of the query that was
	// found with Other; nil where it shows less than the whole of that.
	Whole *Distances `json:"whole,omitempty"`
	Laid  *Distances `json:"laid,omitempty"`
}

// Distances are in how many bits the hashes of two photos differ.
type Distances struct {
	PHash int `json:"phash"` // of 64: goimagehash's perception hashes
	DHash int `json:"dhash"` // of 64: goimagehash's difference hashes
	PDQ   int `json:"pdq"`   // of 256; half of them where a photo has too little in it for one
}

// PhotoLink is a finding about two photos, without its evidence.
type PhotoLink struct {
	FindingID string    `json:"finding_id"`
	ExpertID  string    `json:"expert_id"` // who shows Query
	Query     string    `json:"query"`     // photo ID
	Other     string    `json:"other"`     // photo ID, as in Match
	Kind      MatchKind `json:"kind"`
	Score     float64   `json:"score"`
	Verdict   Verdict   `json:"verdict,omitempty"`
}

// BankKind says what a match against a bank means.
type BankKind string

// The kinds of bank.
const (
	BankStock       BankKind = "stock"
	BankBanned      BankKind = "banned"
	BankCopyrighted BankKind = "copyrighted"
	BankLegitimate  BankKind = "legitimate" // known good: silences
)

// Bank is a named set of known images or hashes.
type Bank struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Kind      BankKind  `json:"kind"`
	CreatedAt time.Time `json:"created_at"`
	Items     int       `json:"items"` // how many, disabled ones included
	Disabled  int       `json:"disabled"`
	HashOnly  int       `json:"hash_only"` // items of which no picture is here
	Confirmed int       `json:"confirmed"` // matches that moderators called the same picture
	Refuted   int       `json:"refuted"`   // matches that they called another one
}

// BankItem is one image or hash of a bank.
type BankItem struct {
	ID       string    `json:"id"`
	BankID   string    `json:"bank_id"`
	PhotoID  string    `json:"photo_id,omitempty"` // empty where only a hash is known
	Name     string    `json:"name"`
	Source   string    `json:"source,omitempty"`
	Licence  string    `json:"licence,omitempty"`
	Note     string    `json:"note,omitempty"`
	Disabled bool      `json:"disabled,omitempty"`
	AddedAt  time.Time `json:"added_at"`
	// What the store knows of the item besides; not kept with it.
	HashOnly  bool `json:"hash_only,omitempty"` // no picture of it is here
	Confirmed int  `json:"confirmed,omitempty"` // as in Bank
	Refuted   int  `json:"refuted,omitempty"`
}

// BankItemText is what people say of an item.
type BankItemText struct {
	Name    string
	Source  string
	Licence string
	Note    string
}

// The states that a list of items can be narrowed to.
const (
	ItemsMatched  = "matched"
	ItemsDisabled = "disabled"
	ItemsRefuted  = "refuted" // at least once
	ItemsHashOnly = "hash-only"
)

// BankItemFilter narrows a bank's items.
type BankItemFilter struct {
	BankID string
	Words  string // each must occur in the name, source, licence or note
	State  string // one of the states, or empty for all
}

// PhotoOwner says where a photo stands: on an expert's profile or in a bank.
type PhotoOwner struct {
	ExpertID string `json:"expert_id,omitempty"`
	Cluster  string `json:"cluster,omitempty"`
	BankID   string `json:"bank_id,omitempty"`
	ItemID   string `json:"item_id,omitempty"`
	Name     string `json:"name"`
}

// PhotoHashes is what app/photos computed of one photo. The store keeps it as
// it is; only app/photos reads Views.
type PhotoHashes struct {
	PhotoID string `json:"photo_id"`
	Method  int    `json:"method"` // version of the computation; another one means: compute again
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	PHash   uint64 `json:"phash"`   // goimagehash PerceptionHash of the upright photo
	DHash   uint64 `json:"dhash"`   // goimagehash DifferenceHash of the upright photo
	Class   string `json:"class"`   // photo, graphic or featureless; hash where no photo was seen
	PDQ     []byte `json:"-"`       // PDQ hashes of 32 bytes each: the upright one, then those of pdq.Dihedral; one alone where no photo was seen
	Quality int    `json:"quality"` // of PDQ, 0 to 100
	Views   []byte `json:"-"`       // whatever else the matcher needs
}
