package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"sync"

	"golang.org/x/mod/sumdb/note"

	"mensch/app/audit"
	"mensch/app/model"
	platform "mensch/app/sync"
)

// Keys gives the key that the audit log's heads and the sealed case files of a
// store are signed with, as golang.org/x/mod/sumdb/note writes it. The first
// call makes it; its name is the name of the log.
type Keys interface {
	// SigningKey is the store's key; the first part is secret.
	SigningKey() (secret, public string, err error)
	// RenewKey puts the key aside and makes another: a new log begins.
	RenewKey() (public string, err error)
}

// HeadStore keeps signed heads of the audit log beside the database, so that a
// database which is put back to an earlier state does not take them along.
type HeadStore interface {
	KeptHeads(ctx context.Context) ([][]byte, error) // newest first, of all keys that the store had
	KeepHead(ctx context.Context, head []byte) error
}

// ErrNoKey says that this program was given no key to sign with.
var ErrNoKey = errors.New("there is no key to sign with")

// auditLog is the Merkle tree over the store's audit log, as far as it was
// read, and what others know of it. It is grown only under mu.
type auditLog struct {
	mu     sync.Mutex
	tree   audit.Tree
	signer note.Signer
	key    note.Verifier
	public string
	server string     // whose heads the tree agrees with
	agreed audit.Head // the newest of them
}

// open gets the key ready.
func (l *auditLog) open(keys Keys) error {
	if l.signer != nil {
		return nil
	}
	if keys == nil {
		return ErrNoKey
	}
	secret, public, err := keys.SigningKey()
	if err != nil {
		return fmt.Errorf("reading the store's signing key: %w", err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return errors.New("the store's signing key cannot be read") // never with the key in the text
	}
	key, err := note.NewVerifier(public)
	if err != nil {
		return fmt.Errorf("reading the store's verifier key: %w", err)
	}
	l.signer, l.key, l.public = signer, key, public
	return nil
}

// grow reads the rows that came since the last time.
func (l *auditLog) grow(ctx context.Context, store AuditStore) error {
	if err := l.tree.Grow(auditRows(ctx, store, l.tree.Size())); err != nil {
		return fmt.Errorf("reading the audit log: %w", err)
	}
	return nil
}

// VerifierKey is the public key that this store's case files and heads are
// checked with; menschctl verify takes it. ErrNoKey if there is none.
func (d *Desk) VerifierKey() (string, error) {
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	if err := d.log.open(d.keys); err != nil {
		return "", err
	}
	return d.log.public, nil
}

// RenewKey begins a new log for a store that is rightly not the continuation of
// what the platform knows: one that was restored from a copy. The old heads
// stay where they are, and the reason stands in the log.
func (d *Desk) RenewKey(ctx context.Context, reason string) (public string, err error) {
	if reason == "" {
		return "", &Refusal{Why: "A new key needs a reason that stands in the audit log. Nothing was changed; say why."}
	}
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	if d.keys == nil {
		return "", ErrNoKey
	}
	if public, err = d.keys.RenewKey(); err != nil {
		return "", fmt.Errorf("renewing the store's signing key: %w", err)
	}
	d.log.signer, d.log.server, d.log.agreed = nil, "", audit.Head{}
	detail, err := json.Marshal(map[string]string{"key": public, "reason": reason})
	if err != nil {
		return "", fmt.Errorf("noting the new key in the audit log: %w", err)
	}
	if err := d.store.AppendAudit(ctx, d.now().UTC(), d.Moderator(), "renew-key", "log", string(detail)); err != nil {
		return "", fmt.Errorf("noting the new key in the audit log: %w", err)
	}
	return public, nil
}

// agree compares the audit log with what the platform knows of it, once for
// each platform. A log that was rolled back or rewritten gives an error that
// wraps audit.ErrBroken, and nothing is sent from it.
func (d *Desk) agree(ctx context.Context, p platform.Platform, server string) error {
	keeper, ok := p.(platform.HeadKeeper)
	if !ok || d.keys == nil {
		return nil
	}
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	if d.log.server == server && server != "" {
		return nil
	}
	return d.compare(ctx, keeper, server)
}

// compare reads the log anew as far as needed, and checks it against every head
// that is known of it: the platform's and those kept beside the store.
func (d *Desk) compare(ctx context.Context, keeper platform.HeadKeeper, server string) error {
	if err := d.log.open(d.keys); err != nil {
		return err
	}
	if err := d.log.grow(ctx, d.store); err != nil {
		return err
	}
	kept, err := d.keptHeads(ctx)
	if err != nil {
		return err
	}
	known, err := keeper.KnownLog(ctx, d.log.key.Name())
	if platform.KindOf(err) == platform.KindNotFound {
		known, err = model.KnownLog{}, nil // the first time, or a platform that keeps none
	}
	if err != nil {
		return err
	}
	heads, err := d.openHeads(known)
	if err != nil {
		return err
	}
	if err := d.log.tree.Agrees(append(heads, kept...)...); err != nil {
		return fmt.Errorf("comparing the audit log with what is known of it: %w", err)
	}
	d.log.server, d.log.agreed = server, audit.Head{}
	if len(heads) > 0 {
		d.log.agreed = heads[0]
	}
	return nil
}

// openHeads reads the platform's heads. One that this store's key has not
// signed is the platform's fault, and proves nothing about the store.
func (d *Desk) openHeads(known model.KnownLog) ([]audit.Head, error) {
	heads := make([]audit.Head, 0, len(known.Heads))
	for _, k := range known.Heads {
		head, err := audit.OpenHead([]byte(k.Head), note.VerifierList(d.log.key))
		if err != nil {
			return nil, fmt.Errorf("reading the head that the platform keeps of the audit log: %w", err)
		}
		heads = append(heads, head)
	}
	return heads, nil
}

// keptHeads are the heads beside the store that the present key has signed;
// those of an earlier key belong to a log that was ended knowingly.
func (d *Desk) keptHeads(ctx context.Context) ([]audit.Head, error) {
	kept, err := d.store.KeptHeads(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the heads of the audit log: %w", err)
	}
	var heads []audit.Head
	for _, raw := range kept {
		head, err := audit.OpenHead(raw, note.VerifierList(d.log.key))
		if err != nil {
			var other *note.UnverifiedNoteError
			if errors.As(err, &other) {
				continue
			}
			return nil, fmt.Errorf("reading a head of the audit log that is kept beside the store: %w", err)
		}
		heads = append(heads, head)
	}
	return heads, nil
}

// anchor leaves the log's head with the platform and beside the store, if the
// log grew since the last time.
func (d *Desk) anchor(ctx context.Context, p platform.Platform, server string) error {
	keeper, ok := p.(platform.HeadKeeper)
	if !ok || d.keys == nil {
		return nil
	}
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	err := d.leave(ctx, keeper, server)
	if platform.KindOf(err) == platform.KindRolledBack {
		// Another program on this store may have left a newer head meanwhile.
		if err := d.compare(ctx, keeper, server); err != nil {
			return err
		}
		err = d.leave(ctx, keeper, server)
	}
	if platform.KindOf(err) == platform.KindNotFound {
		return nil // a platform that keeps no heads
	}
	return err
}

func (d *Desk) leave(ctx context.Context, keeper platform.HeadKeeper, server string) error {
	if d.log.server != server || server == "" {
		if err := d.compare(ctx, keeper, server); err != nil {
			return err
		}
	}
	if err := d.log.grow(ctx, d.store); err != nil {
		return err
	}
	head, signed, err := d.sign()
	if err != nil {
		return err
	}
	if head.Size == d.log.agreed.Size {
		return nil
	}
	proof, err := d.log.tree.ProveGrowth(d.log.agreed.Size)
	if err != nil {
		return fmt.Errorf("proving how the audit log grew: %w", err)
	}
	out := model.NewHead{Key: d.log.public, Head: string(signed)}
	for _, h := range proof {
		out.Proof = append(out.Proof, h.String())
	}
	if err := keeper.KeepHead(ctx, d.log.key.Name(), out); err != nil {
		return err
	}
	d.log.agreed = head
	if err := d.store.KeepHead(ctx, signed); err != nil {
		return fmt.Errorf("keeping the audit log's head beside the store: %w", err)
	}
	return nil
}

// sign takes the head of the log as it was read.
func (d *Desk) sign() (audit.Head, []byte, error) {
	head, err := audit.HeadOf(&d.log.tree, d.log.key.Name(), d.now())
	if err != nil {
		return head, nil, fmt.Errorf("taking the audit log's head: %w", err)
	}
	signed, err := audit.SignHead(head, d.log.signer)
	return head, signed, err
}

// Verification says what was checked of a store.
type Verification struct {
	Rows     int64  // of the audit log, all sound
	Folded   int    // cases, decisions, proposals, appeals and records that stand where their events lead
	Kept     int    // heads beside the store that the log continues
	Known    int    // heads at the platform that the log continues
	NotAsked string // why the platform was not asked, in words; empty: it was
}

// Verify checks SQLite's own integrity, that everything stands where its events
// lead, every row of the audit log and its link to the row before, and that the log continues every head that is known of
// it: those beside the store, and those at the platform if the desk is
// connected. Damage wraps audit.ErrBroken, audit.ErrHead or model.ErrCorrupt
// and names its place. What was checked before it is in the result.
func (d *Desk) Verify(ctx context.Context) (Verification, error) {
	var v Verification
	if err := d.store.CheckIntegrity(ctx); err != nil {
		return v, fmt.Errorf("checking the store: %w", err)
	}
	folded, err := d.verifyHistories(ctx)
	if err != nil {
		return v, err
	}
	v.Folded = folded
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	// From the first row on, whatever was read before.
	d.log.tree = audit.Tree{}
	err = d.log.grow(ctx, d.store)
	v.Rows = d.log.tree.Size()
	if err != nil {
		return v, fmt.Errorf("verifying: %w", err)
	}
	switch err := d.log.open(d.keys); {
	case errors.Is(err, ErrNoKey):
		v.NotAsked = "this program has no key of the store"
		return v, nil
	case err != nil:
		return v, err
	}
	kept, err := d.keptHeads(ctx)
	if err != nil {
		return v, fmt.Errorf("verifying: %w", err)
	}
	if err := d.log.tree.Agrees(kept...); err != nil {
		return v, fmt.Errorf("verifying the audit log against the heads beside the store: %w", err)
	}
	v.Kept = len(kept)
	p, server := d.link()
	keeper, ok := p.(platform.HeadKeeper)
	if !ok {
		v.NotAsked = "no platform is connected"
		return v, nil
	}
	known, err := keeper.KnownLog(ctx, d.log.key.Name())
	if platform.KindOf(err) == platform.KindNotFound {
		v.NotAsked = "the platform knows no head of this log yet"
		return v, nil
	}
	if err != nil {
		v.NotAsked = Sentence(err)
		return v, nil
	}
	heads, err := d.openHeads(known)
	if err != nil {
		return v, fmt.Errorf("verifying: %w", err)
	}
	if err := d.log.tree.Agrees(heads...); err != nil {
		return v, fmt.Errorf("verifying the audit log against what the platform knows: %w", err)
	}
	v.Known = len(heads)
	d.log.server, d.log.agreed = server, heads[0]
	return v, nil
}

// auditRows reads the audit log behind a row.
func auditRows(ctx context.Context, store AuditStore, after int64) iter.Seq2[model.AuditRow, error] {
	return func(yield func(model.AuditRow, error) bool) {
		for {
			page, err := store.AuditRows(ctx, after, recordsPage)
			if err != nil {
				yield(model.AuditRow{}, err)
				return
			}
			if len(page) == 0 {
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			after = page[len(page)-1].Seq
		}
	}
}
