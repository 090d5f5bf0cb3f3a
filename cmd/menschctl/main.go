// Command menschctl is Mensch without a window: the same use cases on the same
// store, for scripts, servers and whoever lives in a terminal.
//
//	menschctl sync                       fetch changes, run the detectors, send decisions
//	menschctl import --bank NAME PATH    photos, a ZIP file or a list of hashes into a bank
//	menschctl bank list|items|stats      the banks, their items, how their matches stood
//	menschctl bank export BANK FILE      a bank as .csv, .json or .zip
//	menschctl bank disable|enable|note   take items out, put them back, describe them
//	menschctl match PHOTO...             which known photos show the same picture
//	menschctl review TRANSCRIPT...       what in a conversation breaks a guideline
//	menschctl evaluate DETECTOR FILE...  measure a detector on a labelled file
//	menschctl queue                      the cases, most urgent first
//	menschctl decide CASE                a case's facts, or a decision on it
//	menschctl bulk --all --dismiss       many cases at once, each by its own decision
//	menschctl stats                      what came in, was decided, and how well
//	menschctl outbox                     how far decisions have come
//	menschctl undo DECISION              take a decision back that was not sent
//	menschctl approvals list|show|approve|refuse|withdraw   proposals that need a second person
//	menschctl appeals list|show|decide   objections of experts
//	menschctl statements list|send       statements of reasons for the DSA Transparency Database
//	menschctl verify [FILE]              check the store, or a sealed case file
//	menschctl rules show|check|preview|apply [FILE]   the rules in force, or a file of them
//	menschctl export CASE                a case as one sealed file
//	menschctl key                        the key that checks this store's files
//
// Each takes --json, which prints one JSON object a line on standard output.
// What is said to people goes to standard error then.
//
// # Formats
//
// A transcript is JSON Lines, a message a line:
//
//	{"id","session","from":"expert"|"client","at":RFC 3339,"text"}
//
// plain or packed by gzip. Other fields are passed over; a message without an id is
// called “line N”, and one without a session belongs to the session “transcript”.
//
// review --json prints a finding a line; start and end are byte offsets into the
// message's UTF-8 text:
//
//	{"guideline","score","messages":[id…],"spans":[{"message","start","end"}],"reason"}
//
// evaluate --json prints a line for each file; package mensch/app/evaluation says
// what a labelled file looks like. Numbers that the file cannot say are left out;
// baseline is a naive method on the same rows:
//
//	{"detector","file","unit","rows","skipped","labelled","positives","negatives","tp","fp","fn","tn",
//	 "precision","recall","f1","f2","macro_f1","accuracy","false_positive_rate",
//	 "intervals":{NAME:[low,high]},"baseline":{"name",…},"groups":[{"name","n","found","share","interval","wanted"}],
//	 "extra":{NAME:number},"notes":[…]}
//
// With --rows, a line for each row comes before it:
//
//	{"file","row","want","got","score","spans":[{"label","start","end"}]}
//
// evaluate photos --bank DIR --queries DIR --truth FILE counts pairs of a query
// and a bank photo; with --rows, a line for each claim comes first, or one with
// an empty match for a query that nothing is claimed of:
//
//	{"query","match","kind","score","right","group"}
//
// match --json prints a match a line, best first; region is the part of the
// query that shows the other picture, as shares of its width and height:
//
//	{"query","match","bank","kind","score","distance","whole","laid","transform","region":{"x","y","w","h"}}
//
// distance is of the 64-bit perception hashes; whole and laid, where there are
// such, are {"phash","dhash","pdq"}: of the photos as they are, and of the query
// laid over the other one.
//
// With --bank DIR, match is the file's path below DIR and bank is DIR. Without,
// it is a bank item's name and the bank's name, or an expert's ID and "experts".
//
// bank list, items, export and stats print, with --json, an object a line;
// precision is the share of judged matches that moderators confirmed, null where
// none was judged:
//
//	list    {"bank","kind","items","disabled","hash_only","confirmed","refuted","precision"}
//	items   {"item","photo","hash_only","name","source","licence","note","disabled","added","confirmed","refuted","precision"}
//	export  {"bank","path","bytes","items","photos"}
//	stats   {"confirmed","refuted","precision","calibrated","minimum","curve":{"a","b","c"},
//	         "scores":[{"from","to","confirmed","refuted","shown"}],"banks":[as list]}
//
// approvals list prints a proposal a line; decision is there only for who may see
// it: the proposer, everybody once it is over, and the second person after
// “approvals show ID --view STEP”, which also prints the evidence:
//
//	{"id","case","expert","proposer","state","asked_at","expires","evidence":[…],"own_view","decision":{…}}
//
// # The token
//
// The token never stands on the command line, where every process could read it.
// It is read from the environment variable MENSCH_TOKEN, else from the file that
// --token-file names (which only its owner may read: mode 0600), else from the
// system's keyring, where the desktop program puts it.
//
// # Exit codes
//
//	0    done
//	1    it failed: the store, a file or the disk
//	2    the command line is wrong
//	3    the platform cannot be reached, or asks to wait; all is kept, try again
//	4    there is no token, or the platform does not accept it
//	5    verify found damage
//	6    refused: the decision cannot stand as it is, or the case changed meanwhile
//	7    done in part: something was skipped, and is named
//	130  interrupted; what was done is kept
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/model"
	"mensch/app/sync"
)

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitPlatform    = 3
	exitToken       = 4
	exitDamage      = 5
	exitRefused     = 6
	exitPartly      = 7
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], world{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv})
	stop()
	os.Exit(code)
}

// world is what a command reads and writes besides the store.
type world struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
}

// run does what the arguments say and gives the exit code.
func run(ctx context.Context, args []string, w world) int {
	t := &tool{world: w}
	root := t.root()
	root.SetArgs(args)
	root.SetIn(w.in)
	root.SetOut(w.out)
	root.SetErr(w.err)
	err := root.ExecuteContext(ctx)
	if err == nil && t.unsaid != nil {
		err = fmt.Errorf("writing the answer: %w", t.unsaid)
	}
	code := exitCode(ctx, err)
	if err != nil && code != exitPartly {
		t.tellf("menschctl: %s", words(err))
	}
	return code
}

// usageError is a wrong command line.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

var (
	// errPartly says that something was skipped, which was told already.
	errPartly = errors.New("done in part")
	// errDamage is wrapped by what verify finds.
	errDamage = errors.New("damaged")
	errToken  = errors.New("no token")
)

// words puts an error into words for the person at the terminal.
func words(err error) string {
	var usage usageError
	var refusal *app.Refusal
	var link *sync.Error
	switch {
	case errors.As(err, &usage):
		return usage.Error() + "\nRun “menschctl help” for help."
	case errors.As(err, &refusal), errors.As(err, &link):
		return app.Sentence(err)
	case errors.Is(err, errToken), errors.Is(err, errDamage):
		return err.Error()
	}
	for _, known := range []error{audit.ErrBroken, audit.ErrHead, model.ErrFull, model.ErrCorrupt, model.ErrNewerStore, model.ErrForeignStore, model.ErrStale, context.Canceled} {
		if errors.Is(err, known) {
			return app.Sentence(err)
		}
	}
	return err.Error()
}

// exitCode is the exit code that an error stands for.
func exitCode(ctx context.Context, err error) int {
	var usage usageError
	var refusal *app.Refusal
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errPartly):
		return exitPartly
	case errors.Is(err, errDamage), errors.Is(err, model.ErrCorrupt), errors.Is(err, audit.ErrBroken), errors.Is(err, audit.ErrHead):
		return exitDamage
	case errors.Is(err, errToken):
		return exitToken
	case errors.As(err, &refusal), errors.Is(err, model.ErrStale):
		return exitRefused
	}
	switch sync.KindOf(err) {
	case "":
		return exitFailed
	case sync.KindUnauthorized, sync.KindForbidden:
		return exitToken
	case sync.KindStale, sync.KindLeaseHeld, sync.KindLeaseLost:
		return exitRefused
	case sync.KindInvalid:
		return exitFailed
	case sync.KindCancelled:
		return exitInterrupted
	}
	return exitPlatform
}

// root is the command tree.
func (t *tool) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "menschctl",
		Short: "Mensch without a window",
		Long: `menschctl is Mensch without a window: the same use cases on the same store.

The token is read from MENSCH_TOKEN, else from the file that --token-file names
(mode 0600), else from the system's keyring. It is never an argument.

Exit codes:
  0    done
  1    it failed: the store, a file or the disk
  2    the command line is wrong
  3    the platform cannot be reached, or asks to wait; all is kept, try again
  4    there is no token, or the platform does not accept it
  5    verify found damage
  6    refused: the decision cannot stand as it is, or the case changed meanwhile
  7    done in part: something was skipped, and is named
  130  interrupted; what was done is kept`,
		SilenceErrors: true, SilenceUsage: true,
		// Without a subcommand the help is printed.
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("there is no command %q", args[0])
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	flags := root.PersistentFlags()
	flags.StringVar(&t.dir, "dir", "", "the `folder` of the store (default: the desktop program's own)")
	flags.StringVar(&t.server, "server", "", "the platform's `address`, such as https://platform.example (default: the one that the store remembers)")
	flags.StringVar(&t.tokenFile, "token-file", "", "a `file` of mode 0600 with the token in it")
	flags.BoolVar(&t.json, "json", false, "print JSON, one object a line")
	flags.BoolVarP(&t.quiet, "quiet", "q", false, "say nothing of how it goes on")
	root.AddCommand(
		t.syncCommand(), t.importCommand(), t.bankCommand(), t.matchCommand(), t.reviewCommand(), t.queueCommand(),
		t.decideCommand(), t.bulkCommand(), t.statsCommand(), t.outboxCommand(), t.undoCommand(), t.approvalsCommand(), t.appealsCommand(), t.statementsCommand(), t.verifyCommand(), t.rulesCommand(), t.exportCommand(), t.keyCommand(),
		t.evaluateCommand(),
	)
	return root
}

// args checks the number of arguments; a wrong one is an error of usage.
func args(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if len(given) < least || most >= 0 && len(given) > most {
			return usagef("%s: usage: %s", cmd.Name(), cmd.UseLine())
		}
		return nil
	}
}
