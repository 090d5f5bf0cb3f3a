package app

import (
	"mensch/app/guidelines"
	"mensch/app/transcripts"
)

// ruling is a rule pack with what is made of it. It is replaced as a whole when
// the rules change, so that whoever reads it sees one version.
type ruling struct {
	pack   *guidelines.Pack
	reader *transcripts.Reader
}

// pack is the rule pack in force.
func (d *Desk) pack() *guidelines.Pack { return d.ruling.Load().pack }

// reader reads transcripts by the rule pack in force.
func (d *Desk) reader() *transcripts.Reader { return d.ruling.Load().reader }
