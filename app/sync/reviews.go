package sync

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"mensch/app/model"
)

const (
	hintAnswer = "The answer is kept in the outbox."
	hintClosed = "Look at the proposal again; nothing else was changed."
)

// Propose implements Platform. Like Decide it sends once.
func (h *HTTP) Propose(ctx context.Context, d model.Decision) (model.Approval, error) {
	c := call{
		op: "send the proposal", hint: "The proposal is kept in the outbox.", method: http.MethodPost,
		path: []string{"v1", "cases", d.CaseID, "proposals"}, body: d,
		header: http.Header{
			"Idempotency-Key": {d.ID},
			"If-Match":        {`"` + strconv.FormatInt(d.CaseVersion, 10) + `"`},
		},
		want: []int{http.StatusCreated, http.StatusOK},
	}
	if err := usable(c, d.ID, d.CaseID); err != nil {
		return model.Approval{}, err
	}
	return h.approvalOf(ctx, c, d.ID)
}

// Approval implements Platform.
func (h *HTTP) Approval(ctx context.Context, id string) (model.Approval, error) {
	c := call{
		op: "ask how the proposal stands", hint: hintAnswer, method: http.MethodGet,
		path: []string{"v1", "approvals", id}, want: []int{http.StatusOK},
	}
	if err := usable(c, id); err != nil {
		return model.Approval{}, err
	}
	return retry(ctx, h, c, func() (model.Approval, error) { return h.approvalOf(ctx, c, id) })
}

// Answer implements Platform. Whether and when to send again is the outbox's
// to say.
func (h *HTTP) Answer(ctx context.Context, a model.ApprovalAnswer) (model.Approval, error) {
	c := call{
		op: "answer the proposal", hint: hintClosed, method: http.MethodPost, path: []string{"v1", "approvals", a.ApprovalID, "answers"},
		body: struct {
			Answer      string `json:"answer"`
			Reason      string `json:"reason,omitempty"`
			OwnView     string `json:"own_view,omitempty"`
			CaseVersion int64  `json:"case_version"`
		}{a.Answer, a.Reason, a.OwnView, a.CaseVersion},
		header: http.Header{"Idempotency-Key": {a.ID}},
		want:   []int{http.StatusCreated, http.StatusOK},
	}
	if err := usable(c, a.ID, a.ApprovalID); err != nil {
		return model.Approval{}, err
	}
	return h.approvalOf(ctx, c, a.ApprovalID)
}

func (h *HTTP) approvalOf(ctx context.Context, c call, id string) (model.Approval, error) {
	var a model.Approval
	if err := h.json(ctx, c, &a); err != nil {
		return a, err
	}
	if a.ID != id || a.Version < 1 || a.CaseID == "" || a.Expires.IsZero() {
		return model.Approval{}, h.malformed(c, "a proposal of something else")
	}
	return a, nil
}

// File implements Platform.
func (h *HTTP) File(ctx context.Context, id string) (io.ReadCloser, error) {
	c := call{
		op: "fetch a file of an appeal", hint: hintPull, method: http.MethodGet, path: []string{"v1", "files", id},
		foreign: true, long: true, want: []int{http.StatusOK},
		header: http.Header{"Accept": {"application/octet-stream"}, "Accept-Encoding": {"identity"}},
	}
	if !photoID.MatchString(id) {
		return nil, &Error{Op: c.op, Kind: KindInvalid, Problem: &Problem{Detail: "it is named by no SHA-256"}}
	}
	resp, err := retry(ctx, h, c, func() (*http.Response, error) { return h.once(ctx, c, model.MaxAttachmentBytes) })
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// files fetches what appeals brought along. They are few; one after the other
// does. One that cannot be had is remembered with the reason.
func (p *puller) files(ctx context.Context) error {
	for after := ""; ; {
		ids, err := p.store.MissingFiles(ctx, after, photoPage)
		if err != nil {
			return fmt.Errorf("listing the files to fetch: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		for _, id := range ids {
			switch err := p.attachment(ctx, id); {
			case err == nil:
			case KindOf(err) == KindLost || KindOf(err) == KindBroken:
				p.res.PhotosLater++
			default:
				return err
			}
		}
		after = ids[len(ids)-1]
	}
}

func (p *puller) attachment(ctx context.Context, id string) error {
	body, err := p.platform.File(ctx, id)
	fault := ""
	if err == nil {
		read := &checkedReader{r: body, sum: sha256.New()}
		err = p.store.SaveFile(ctx, id, read)
		err = errors.Join(err, body.Close())
		switch {
		case err == nil:
			return nil
		case read.err != nil:
			err = read.err
		case read.ended && !read.is(id):
			fault = "The platform sent other bytes than those the file is named after."
		default:
			return fmt.Errorf("keeping a file of an appeal: %w", err)
		}
	}
	if fault == "" {
		switch KindOf(err) {
		case KindNotFound, KindGone:
			fault = "The platform does not have this file."
		case KindForbidden:
			fault = "The platform does not let this token see the file."
		case KindTooLarge:
			fault = fmt.Sprintf("The file is larger than %d MiB.", model.MaxAttachmentBytes>>20)
		case KindInvalid, KindMalformed, KindUnsafe:
			fault = "The file cannot be had" + why(err) + "."
		default:
			return err
		}
	}
	if err := p.store.FaultFile(ctx, id, fault); err != nil {
		return fmt.Errorf("keeping why a file cannot be had: %w", err)
	}
	return nil
}
