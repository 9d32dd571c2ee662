package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"dev.heddle/cni/internal/attach"
	"dev.heddle/cni/internal/config"
	"dev.heddle/cni/internal/link"
	"dev.heddle/cni/internal/ovsdb"
	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	current "github.com/containernetworking/cni/pkg/types/100"
	"github.com/containernetworking/cni/pkg/version"
	"github.com/containernetworking/plugins/pkg/ns"
)

// check compares three things: what ADD answered, what the controller says now, and what the devices are.
func check(ctx context.Context, args *skel.CmdArgs) error {
	c, call, err := read(args)
	if err != nil {
		return err
	}
	left, err := before(c, call)
	if err != nil {
		return coded(types.ErrInvalidNetworkConfig, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	s, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Client.Close()
	if err := checkRow(ctx, s, c, call, left); err != nil {
		return told(err)
	}
	inside, err := namespace(call.Netns)
	if err != nil {
		return err
	}
	defer inside.Close()
	var differs string
	err = inside.Do(func(ns.NetNS) error { differs, err = left.Differs(call.Device); return err })
	if err == nil && differs != "" {
		err = types.NewError(CodeDiffers, differs, "in "+call.Netns)
	}
	return err
}

// before reads from the result of ADD how it left the container's interface.
func before(c *config.Config, call *config.Call) (link.Setup, error) {
	setup := link.Setup{}
	if len(c.PrevResult) == 0 {
		return setup, errors.New("CHECK needs prevResult: what ADD answered")
	}
	any, err := version.NewResult(c.Version, c.PrevResult)
	if err != nil {
		return setup, fmt.Errorf("prevResult: %w", err)
	}
	result, err := current.NewResultFromResult(any)
	if err != nil {
		return setup, fmt.Errorf("prevResult: %w", err)
	}
	place := slices.IndexFunc(result.Interfaces, func(i *current.Interface) bool {
		return i != nil && i.Sandbox != "" && i.Name == call.Device
	})
	if place < 0 {
		return setup, fmt.Errorf("prevResult has no interface %s in a sandbox", call.Device)
	}
	if setup.MAC, err = net.ParseMAC(result.Interfaces[place].Mac); err != nil {
		return setup, fmt.Errorf("prevResult: %w", err)
	}
	setup.MTU = result.Interfaces[place].Mtu
	for _, ip := range result.IPs {
		if ip != nil && ip.Interface != nil && *ip.Interface == place {
			setup.Addresses = append(setup.Addresses, link.Prefix(&ip.Address))
		}
	}
	for _, route := range result.Routes {
		if route != nil && route.GW != nil && link.Prefix(&route.Dst).Bits() == 0 {
			via, _ := netip.AddrFromSlice(route.GW)
			setup.DefaultVia = append(setup.DefaultVia, via.Unmap())
		}
	}
	return setup, nil
}

func checkRow(ctx context.Context, s attach.Switch, c *config.Config, call *config.Call, left link.Setup) error {
	differs := func(format string, of ...any) error {
		return types.NewError(CodeDiffers, fmt.Sprintf(format, of...), "")
	}
	who := owner(c, call)
	rows, err := s.Of(ctx, who)
	if err != nil {
		return err
	}
	if len(rows) != 1 {
		return differs("%d interfaces of the switch are %s of this container, not one", len(rows), call.Device)
	}
	row := rows[0]
	if port, err := c.InterfaceID.Of(c.Name, call); err == nil && port != row.Port() {
		return differs("the interface stands for port %s, not %s", ovsdb.Shown(row.Port()), port)
	}
	if there, err := link.Exists(row.Name); err != nil || !there {
		return errors.Join(err, differs("the switch's end of the pair, %s, is gone", ovsdb.Shown(row.Name)))
	}
	answer, condition, err := attach.Said(row.IDs)
	switch {
	case err != nil:
		return coded(CodeAnswer, err)
	case condition != "":
		return &attach.Held{Condition: condition}
	case answer == nil:
		return differs("the controller does not say any more that port %s is installed", ovsdb.Shown(row.Port()))
	case answer.MAC.String() != left.MAC.String():
		return differs("the port's MAC address is %s now, not %s", answer.MAC, left.MAC)
	case !slices.Equal(answer.Addresses, left.Addresses):
		return differs("the port's addresses are %v now, not %v", answer.Addresses, left.Addresses)
	}
	return nil
}
