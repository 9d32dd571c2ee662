package plugin

import (
	"net/netip"
	"syscall"

	"dev.heddle/cni/internal/config"
	"dev.heddle/cni/internal/link"
	"github.com/containernetworking/cni/pkg/types"
	current "github.com/containernetworking/cni/pkg/types/100"
	"github.com/containernetworking/plugins/pkg/ns"
)

// answerWith prints what ADD did, in the version that the configuration speaks.
func answerWith(c *config.Config, call *config.Call, pair link.Pair, setup link.Setup) error {
	mac, err := link.MACOf(pair.Link)
	if err != nil {
		return err
	}
	return types.PrintResult(result(c, call, pair.Link, mac.String(), setup), c.Version)
}

// result names the end in the switch first and the container's second; all addresses are the second's.
func result(c *config.Config, call *config.Call, outer, outerMAC string, setup link.Setup) *current.Result {
	inner := &current.Interface{Name: call.Device, Mac: setup.MAC.String(), Sandbox: call.Netns}
	if c.Version == "1.1.0" {
		inner.Mtu = setup.MTU // a key of 1.1
	}
	r := &current.Result{
		CNIVersion: current.ImplementedSpecVersion,
		Interfaces: []*current.Interface{{Name: outer, Mac: outerMAC}, inner},
		DNS:        c.DNS,
	}
	via := map[bool]netip.Addr{}
	for _, gateway := range setup.DefaultVia {
		via[gateway.Is4()] = gateway
		r.Routes = append(r.Routes, &types.Route{Dst: *link.Net(link.Default(gateway)), GW: gateway.AsSlice()})
	}
	for _, address := range setup.Addresses {
		ip := &current.IPConfig{Interface: current.Int(1), Address: *link.Net(address)}
		if gateway, ok := via[address.Addr().Is4()]; ok {
			ip.Gateway = gateway.AsSlice()
		}
		r.IPs = append(r.IPs, ip)
	}
	return r
}

func same(a, b ns.NetNS) bool {
	var one, two syscall.Stat_t
	if syscall.Fstat(int(a.Fd()), &one) != nil || syscall.Fstat(int(b.Fd()), &two) != nil {
		return false
	}
	return one.Dev == two.Dev && one.Ino == two.Ino
}
