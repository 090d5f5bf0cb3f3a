package platform_test

import (
	"bytes"
	"io"
	"net/http/httptest"
	"testing"

	"mensch/app/model"
	appsync "mensch/app/sync"
	"mensch/cmd/mensch-platform/platform/contracttest"
)

// TestTheClientKeepsTheContract runs each call of the program's own adapter
// against the platform, and holds both to the document.
func TestTheClientKeepsTheContract(t *testing.T) {
	f := start(t, nil)
	f.people(2)
	web := httptest.NewServer(contracttest.Strict(t, f.s))
	defer web.Close()
	client, err := appsync.NewHTTP(web.URL, robin, appsync.HTTPOptions{Tries: 1})
	must(t, err)
	defer client.Close()
	ctx := t.Context()

	name, roles, err := client.Whoami(ctx)
	if err != nil || name != "Robin" || len(roles) != 1 {
		t.Errorf("whoami: %s %v %v", name, roles, err)
	}
	page, err := client.Changes(ctx, "", 3)
	must(t, err)
	if len(page.Changes) != 3 || !page.HasMore || page.Total != 15 {
		t.Errorf("the page is %+v", page)
	}
	page, err = client.Changes(ctx, page.Cursor, 1000)
	must(t, err)
	if len(page.Changes) != 15 || page.HasMore {
		t.Errorf("the rest is %d, more %v", len(page.Changes), page.HasMore)
	}
	kind, body, err := client.Photo(ctx, now[model.Profile](f, model.ChangeProfile, "e1").PhotoID)
	must(t, err)
	raw, err := io.ReadAll(body)
	_ = body.Close()
	if err != nil || kind != "image/jpeg" || !bytes.HasSuffix(raw, []byte("photo of e1")) {
		t.Errorf("the photo is %s %q, %v", kind, raw, err)
	}
	lease, err := client.Lease(ctx, "e1.1")
	must(t, err)
	if lease, err = client.RenewLease(ctx, lease); err != nil {
		t.Error(err)
	}
	d := warning("e1", "d1", 1)
	d.LeaseToken = lease.Token
	first, err := client.Decide(ctx, d)
	must(t, err)
	again, err := client.Decide(ctx, d)
	if err != nil || !again.ReceivedAt.Equal(first.ReceivedAt) {
		t.Errorf("again: %+v, %v", again, err)
	}
	asked, err := client.Decision(ctx, "d1")
	if err != nil || asked.CaseVersion != 2 {
		t.Errorf("asked: %+v, %v", asked, err)
	}
	if err := client.ReleaseLease(ctx, lease); err != nil {
		t.Error(err)
	}
	for kind, call := range map[appsync.Kind]func() error{
		appsync.KindNotFound: func() error {
			_, err := client.Decision(ctx, "d9")
			return err
		},
		appsync.KindStale: func() error {
			_, err := client.Decide(ctx, warning("e1", "d2", 1))
			return err
		},
		appsync.KindInvalid: func() error {
			other := d
			other.Message = "Another text"
			_, err := client.Decide(ctx, other)
			return err
		},
		appsync.KindLeaseHeld: func() error {
			f.ask(kim, "POST", "/v1/cases/e2.1/lease", nil).want(201)
			_, err := client.Lease(ctx, "e2.1")
			return err
		},
		appsync.KindForeign: func() error {
			_, err := client.Changes(ctx, "made-up", 10)
			return err
		},
		appsync.KindGone: func() error {
			if _, err := f.s.Compact(ctx); err != nil {
				return err
			}
			_, err := client.Changes(ctx, page.Cursor, 10)
			return err
		},
		appsync.KindUnavailable: func() error {
			f.s.SetMaintenance(1)
			defer f.s.SetMaintenance(0)
			_, err := client.Changes(ctx, "", 10)
			return err
		},
	} {
		if err := call(); appsync.KindOf(err) != kind {
			t.Errorf("%s: the client understood %q: %v", kind, appsync.KindOf(err), err)
		}
	}
}
