package workplace

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"mensch/app/audit"
)

// The files of a store's signing key. The public part lies beside the store;
// the secret part is in the system's keyring, and only where there is none in a
// file that its owner alone may read, as SSH keeps its keys.
const (
	publicFile = "signing.pub"
	secretFile = "signing.key"
)

const signingService = "mensch-signing"

// Keys keeps the signing key of the store in a folder.
type Keys struct{ Dir string }

// SigningKey gives the key, making it at the first call.
func (k Keys) SigningKey() (secret, public string, err error) {
	public, err = k.Public()
	if errors.Is(err, os.ErrNotExist) {
		return k.make()
	}
	if err != nil {
		return "", "", err
	}
	secret, err = keyring.Get(signingService, public)
	if err == nil {
		return secret, public, nil
	}
	secret, err = readKey(filepath.Join(k.Dir, secretFile), true)
	if errors.Is(err, os.ErrNotExist) {
		return "", "", errors.New("the signing key is neither in the system's keyring nor beside the store; unlock the keyring, or begin a new log with “menschctl key --renew”")
	}
	return secret, public, err
}

// Public is the verifier key; an error if there is none yet.
func (k Keys) Public() (string, error) { return readKey(filepath.Join(k.Dir, publicFile), false) }

// RenewKey puts the key's files aside under the time's name and makes a new key.
func (k Keys) RenewKey() (public string, err error) {
	stamp := time.Now().UTC().Format("20060102-150405.000000000")
	for _, name := range []string{publicFile, secretFile} {
		path := filepath.Join(k.Dir, name)
		if err := os.Rename(path, path+"."+stamp); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("putting the signing key aside: %w", errors.Unwrap(err))
		}
	}
	_, public, err = k.make()
	return public, err
}

func (k Keys) make() (secret, public string, err error) {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	if secret, public, err = audit.NewKey(rand.Reader, "mensch-"+hex.EncodeToString(id[:])); err != nil {
		return "", "", err
	}
	if err := keyring.Set(signingService, public, secret); err != nil {
		if err := writeKey(filepath.Join(k.Dir, secretFile), secret); err != nil {
			return "", "", err
		}
	}
	// Last: a public part without its secret would lock the log out.
	return secret, public, writeKey(filepath.Join(k.Dir, publicFile), public)
}

// writeKey makes a key's file; one that is there already is left and is an error.
func writeKey(path, key string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keeping the signing key: %w", err)
	}
	_, err = file.WriteString(key + "\n")
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("keeping the signing key: %w", err)
	}
	return nil
}

func readKey(path string, secret bool) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading the signing key: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("reading the signing key: %w", err)
	}
	// Windows has no such modes.
	if secret && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("the signing key %s may be read by others; run “chmod 600” on it, and begin a new log with “menschctl key --renew” if others may have seen it", filepath.Base(path))
	}
	raw, err := io.ReadAll(io.LimitReader(file, 4096))
	if err != nil {
		return "", fmt.Errorf("reading the signing key: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}
