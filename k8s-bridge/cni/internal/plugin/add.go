package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"dev.heddle/cni/internal/attach"
	"dev.heddle/cni/internal/config"
	"dev.heddle/cni/internal/link"
	"dev.heddle/cni/internal/ovsdb"
	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/plugins/pkg/ns"
)

// add returns when the port is installed and the container's interface configured, or with what it made taken back.
func add(ctx context.Context, args *skel.CmdArgs) error {
	c, call, err := read(args)
	if err != nil {
		return err
	}
	if len(c.PrevResult) > 0 {
		return types.NewError(types.ErrInvalidNetworkConfig, "heddle-cni makes the interface: it must be the first plugin of its list", "")
	}
	port, err := c.InterfaceID.Of(c.Name, call)
	if err != nil {
		return coded(types.ErrInvalidEnvironmentVariables, err)
	}
	inside, err := namespace(call.Netns)
	if err != nil {
		return err
	}
	defer inside.Close()
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Client.Close()
	who := owner(c, call)
	pair := link.Pair{Link: who.Link(), Group: who.Group(), Device: call.Device, Inside: inside}
	if err := claim(ctx, s, who); err != nil {
		return told(err)
	}
	setup, err := plug(ctx, s, c, who, pair, port)
	if err != nil {
		return undone(err, takeBack(c, who))
	}
	if err := answerWith(c, call, pair, setup); err != nil {
		return undone(coded(types.ErrIOFailure, err), takeBack(c, who))
	}
	return nil
}

func namespace(path string) (ns.NetNS, error) {
	inside, err := ns.GetNS(path)
	if err != nil {
		return nil, coded(types.ErrInvalidNetNS, fmt.Errorf("CNI_NETNS: %w", err))
	}
	// skel looks at this, too, but only after the verb is done.
	if own, err := ns.GetCurrentNS(); err == nil {
		defer own.Close()
		if same(own, inside) {
			_ = inside.Close()
			return nil, types.NewError(types.ErrInvalidNetNS, "CNI_NETNS is the namespace of the node itself", path)
		}
	}
	return inside, nil
}

// claim makes this process the only one that works on the attachment, until its connection ends. A container that has
// the interface already is refused and left as it is; what a process that died left of it is removed.
func claim(ctx context.Context, s attach.Switch, who attach.Owner) error {
	name := who.Link()
	if err := s.Client.Lock(ctx, attach.LockName(name)); err != nil {
		return fmt.Errorf("waiting for another call for the same interface: %w", err)
	}
	rows, err := s.Named(ctx, name)
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		return types.NewError(CodeAttached, fmt.Sprintf("%s of container %.64s is attached already", who.Device, who.Container),
			"interface "+name+", port "+ovsdb.Shown(rows[0].Port()))
	}
	return link.Remove(name)
}

// plug makes the pair, attaches it, waits for the answer and does as it says.
func plug(ctx context.Context, s attach.Switch, c *config.Config, who attach.Owner, pair link.Pair, port string) (link.Setup, error) {
	none := link.Setup{}
	userspace, err := s.Userspace(ctx)
	if err != nil {
		return none, told(err)
	}
	if err := pair.Make(); errors.Is(err, link.ErrTaken) {
		return none, coded(CodeAttached, err)
	} else if err != nil {
		return none, err
	}
	row, err := s.Attach(ctx, who, port)
	if err != nil {
		return none, told(err)
	}
	answer, err := s.Await(ctx, row, port)
	if err != nil {
		return none, waited(err, s, port, who)
	}
	via, err := gatewaysOf(ctx, s, c.Gateway, answer)
	if err != nil {
		return none, err
	}
	setup := link.Setup{MAC: answer.MAC, MTU: answer.MTU, Addresses: answer.Addresses, DefaultVia: via,
		ChecksumsInSoftware: userspace, Loopback: true}
	if err := link.SetMTU(pair.Link, answer.MTU); err != nil {
		return none, coded(CodeAnswer, err)
	}
	return setup, coded(CodeAnswer, pair.Inside.Do(func(ns.NetNS) error { return setup.Configure(pair.Device) }))
}

// waited adds to a wait in vain who else claims the port here, which is a common cause of it.
func waited(err error, s attach.Switch, port string, who attach.Owner) error {
	ctx, cancel := context.WithTimeout(context.Background(), takeBackTime)
	defer cancel()
	details := ""
	rows, _ := s.OfPort(ctx, port)
	for _, row := range rows {
		if row.Name != who.Link() {
			details = fmt.Sprintf("interface %s of container %.64s is the same port on this node", ovsdb.Shown(row.Name),
				ovsdb.Shown(row.Owner().Container))
		}
	}
	var known *types.Error
	if errors.As(told(err), &known) {
		return types.NewError(known.Code, known.Msg, details)
	}
	return err
}

// gatewaysOf are the default routes' gateways: one of each family that the port has an address of.
func gatewaysOf(ctx context.Context, s attach.Switch, how config.Gateway, answer *attach.Answer) ([]netip.Addr, error) {
	candidates := answer.Gateways
	if how == config.ThroughHost {
		hosts, err := hostAddresses(ctx, s)
		if err != nil {
			return nil, told(err)
		}
		candidates = nil
		for _, host := range hosts {
			for _, address := range answer.Addresses {
				if host.Contains(address.Addr()) {
					candidates = append(candidates, host.Addr())
					break
				}
			}
		}
		if len(candidates) == 0 && len(answer.Addresses) > 0 {
			return nil, types.NewError(types.ErrTryAgainLater,
				"this node has no interface of its own in the port's subnet yet: heddle-cni host makes it", "")
		}
	}
	v4, v6 := link.Families(answer.Addresses)
	via := []netip.Addr{}
	for _, gateway := range candidates {
		if gateway.Is4() && v4 {
			via, v4 = append(via, gateway), false
		} else if gateway.Is6() && v6 {
			via, v6 = append(via, gateway), false
		}
	}
	return via, nil
}

// hostAddresses are the addresses of the node's own interfaces that are installed.
func hostAddresses(ctx context.Context, s attach.Switch) ([]netip.Prefix, error) {
	rows, err := s.Hosts(ctx)
	if err != nil {
		return nil, err
	}
	found := []netip.Prefix{}
	for _, row := range rows {
		if answer, _, err := attach.Said(row.IDs); err == nil && answer != nil {
			found = append(found, answer.Addresses...)
		}
	}
	return found, nil
}
