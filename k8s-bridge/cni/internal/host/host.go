// Package host gives the node itself an interface on a logical switch, so that it reaches the pods there and they
// reach it: a pair of devices as a pod has one, with both ends on the node.
package host

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os/signal"
	"syscall"
	"time"

	"dev.heddle/cni/internal/attach"
	"dev.heddle/cni/internal/config"
	"dev.heddle/cni/internal/link"
	"dev.heddle/cni/internal/ovsdb"
)

// Request is what is asked for.
type Request struct {
	OVSDB      string
	Bridge     string
	Port       string // iface-id
	Device     string // the node's end
	Timeout    time.Duration
	Masquerade bool
	Remove     bool
}

const usage = `Usage: heddle-cni host --iface-id PORT [--device heddle0] [--masquerade] [--timeout 30s]
       heddle-cni host --remove [--device heddle0]

Gives this node an interface of its own, the port PORT of a logical switch, and configures it as the controller answers.
Doing it again puts right what differs. --remove takes away all of it.

`

// Main runs the command; its exit code: 0 done, 1 not done, 2 not understood.
func Main(arguments []string, out, complaints io.Writer) int {
	request, err := parse(arguments, complaints)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(complaints, "heddle-cni host:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, request.Timeout)
	defer cancel()
	said, err := request.run(ctx)
	if err != nil {
		fmt.Fprintln(complaints, "heddle-cni host:", err)
		return 1
	}
	fmt.Fprintln(out, said)
	return 0
}

func parse(arguments []string, complaints io.Writer) (*Request, error) {
	r := &Request{}
	flags := flag.NewFlagSet("host", flag.ContinueOnError)
	flags.SetOutput(complaints)
	flags.Usage = func() { fmt.Fprint(complaints, usage); flags.PrintDefaults() }
	flags.StringVar(&r.OVSDB, "ovsdb", "unix:/run/openvswitch/db.sock", "the node's database, unix:PATH")
	flags.StringVar(&r.Bridge, "bridge", "br-int", "the bridge that the controller made")
	flags.StringVar(&r.Port, "iface-id", "", "name of the port in the model")
	flags.StringVar(&r.Device, "device", "heddle0", "name of the node's device, at most 15 bytes")
	flags.DurationVar(&r.Timeout, "timeout", config.DefaultTimeout, "how long to wait for the controller, 1s to 1h")
	flags.BoolVar(&r.Masquerade, "masquerade", false, "forward what comes from pods, in the name of this node")
	flags.BoolVar(&r.Remove, "remove", false, "take away what this command made")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() > 0:
		return nil, fmt.Errorf("%q is one word too many", flags.Arg(0))
	case r.Remove && (r.Port != "" || r.Masquerade):
		return nil, errors.New("--remove takes neither --iface-id nor --masquerade")
	case !r.Remove && !config.ValidPort(r.Port):
		return nil, fmt.Errorf("--iface-id: 1 to 253 of letters, digits, '.', '_', ':' and '-' are expected, not %.300q", r.Port)
	case !config.ValidDevice(r.Device):
		return nil, fmt.Errorf("--device: the name of a device is expected, not %.64q", r.Device)
	case !config.ValidDevice(r.Bridge):
		return nil, fmt.Errorf("--bridge: the name of a bridge is expected, not %.64q", r.Bridge)
	case r.Timeout < time.Second || r.Timeout > time.Hour:
		return nil, fmt.Errorf("--timeout: 1s to 1h is expected, not %s", r.Timeout)
	}
	return r, config.CheckOVSDB(r.OVSDB)
}

func (r *Request) run(ctx context.Context) (string, error) {
	client, err := ovsdb.Dial(ctx, r.OVSDB)
	if err != nil {
		return "", fmt.Errorf("Open vSwitch's database does not answer: %w", err)
	}
	defer client.Close()
	s := attach.Switch{Client: client, Bridge: r.Bridge}
	who := attach.Owner{Device: r.Device, Host: true}
	if err := client.Lock(ctx, attach.LockName(who.Link())); err != nil {
		return "", fmt.Errorf("waiting for another call for the same interface: %w", err)
	}
	if r.Remove {
		return "what was made for " + r.Device + " is removed", r.remove(ctx, s, who)
	}
	return r.ensure(ctx, s, who)
}

// ensure is told what is there by the database and the kernel, whoever left it: an earlier call, one that died in the
// middle, or one before the node was started anew, which takes the devices but not the rows.
func (r *Request) ensure(ctx context.Context, s attach.Switch, who attach.Owner) (string, error) {
	userspace, err := s.AwaitBridge(ctx)
	if err != nil {
		return "", err
	}
	made, err := r.pair(who)
	if err != nil {
		return "", err
	}
	if made {
		// What a row of earlier devices says is true no longer: a new one has no answer yet.
		if err := detach(ctx, s, who); err != nil {
			return "", err
		}
	}
	row, err := r.row(ctx, s, who)
	if err != nil {
		return "", err
	}
	answer, err := s.Await(ctx, row, r.Port)
	if err != nil {
		return "", err
	}
	if len(answer.Addresses) == 0 {
		return "", fmt.Errorf("port %s has no addresses: the node would reach nobody through it", r.Port)
	}
	setup := link.Setup{MAC: answer.MAC, MTU: answer.MTU, Addresses: answer.Addresses, ChecksumsInSoftware: userspace}
	if err := link.SetMTU(who.Link(), answer.MTU); err != nil {
		return "", err
	}
	if err := setup.Configure(r.Device); err != nil {
		return "", err
	}
	if err := r.forward(answer.Addresses); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s is port %s: %s, %v", r.Device, r.Port, answer.MAC, answer.Addresses), nil
}

// pair tells whether it had to make the devices.
func (r *Request) pair(who attach.Owner) (bool, error) {
	outer, err := link.Exists(who.Link())
	if err != nil {
		return false, err
	}
	inner, err := link.Exists(r.Device)
	if err != nil {
		return false, err
	}
	if outer && inner {
		return false, nil // the two live and die together
	}
	if inner {
		return false, fmt.Errorf("%w, which this command did not make: %s", link.ErrTaken, r.Device)
	}
	if err := link.Remove(who.Link()); err != nil {
		return false, err
	}
	return true, link.Pair{Link: who.Link(), Group: who.Group(), Device: r.Device}.Make()
}

func (r *Request) row(ctx context.Context, s attach.Switch, who attach.Owner) (ovsdb.UUID, error) {
	rows, err := s.Of(ctx, who)
	if err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return s.Attach(ctx, who, r.Port)
	}
	if rows[0].Port() != r.Port {
		err = s.Rename(ctx, rows[0], r.Port)
	}
	return rows[0].UUID, err
}

// forward has the node pass on what pods send beyond their switch, if that was asked for; else it takes it back.
func (r *Request) forward(addresses []netip.Prefix) error {
	if !r.Masquerade {
		return masqueradeNothing(r.Device)
	}
	if err := link.Forward(addresses); err != nil {
		return err
	}
	return masquerade(r.Device, addresses)
}

func (r *Request) remove(ctx context.Context, s attach.Switch, who attach.Owner) error {
	if err := detach(ctx, s, who); err != nil {
		return err
	}
	return errors.Join(masqueradeNothing(r.Device), link.Remove(who.Link()))
}

func detach(ctx context.Context, s attach.Switch, who attach.Owner) error {
	rows, err := s.Of(ctx, who)
	for _, row := range rows {
		err = errors.Join(err, s.Detach(ctx, row))
	}
	return err
}
