package host

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// One table of our own for each device; nothing of others is touched, and it goes as a whole:
//
//	table inet heddle-heddle0 {
//	  chain outside {
//	    type nat hook postrouting priority srcnat; policy accept;
//	    ip saddr 10.0.0.0/24 oifname != "heddle0" counter masquerade
//	    ip6 saddr fd00::/64 oifname != "heddle0" counter masquerade
//	  }
//	}
//
// By the subnet, not by iifname: where a packet came in is not known at this hook in every kernel (6.18 tells it of
// IPv6 only).
func table(device string) *nftables.Table {
	return &nftables.Table{Family: nftables.TableFamilyINet, Name: "heddle-" + device}
}

// masquerade makes the table, or makes it anew. In one netlink batch: no packet meets half of it.
func masquerade(device string, addresses []netip.Prefix) error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	own := connection.AddTable(table(device)) // so that there is one to be removed
	connection.DelTable(own)
	connection.AddTable(own)
	chain := connection.AddChain(&nftables.Chain{Name: "outside", Table: own, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource})
	for _, subnet := range subnets(addresses) {
		connection.AddRule(&nftables.Rule{Table: own, Chain: chain, Exprs: rule(device, subnet)})
	}
	if err := connection.Flush(); err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	return nil
}

func subnets(addresses []netip.Prefix) []netip.Prefix {
	found := []netip.Prefix{}
	for _, address := range addresses {
		if subnet := address.Masked(); !slices.Contains(found, subnet) {
			found = append(found, subnet)
		}
	}
	return found
}

func rule(device string, subnet netip.Prefix) []expr.Any {
	protocol, offset := byte(unix.NFPROTO_IPV4), uint32(12) // of the source address: RFC 791 section 3.1
	if subnet.Addr().Is6() {
		protocol, offset = unix.NFPROTO_IPV6, 8 // RFC 8200 section 3
	}
	address := subnet.Addr().AsSlice()
	length := uint32(len(address))
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{protocol}},
		&expr.Payload{Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: length, DestRegister: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: length, Xor: make([]byte, length),
			Mask: net.CIDRMask(subnet.Bits(), subnet.Addr().BitLen())},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: address},
		&expr.Meta{Key: expr.MetaKeyOIFNAME, Register: 1},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: name(device)},
		&expr.Counter{},
		&expr.Masq{},
	}
}

// masqueradeNothing removes the table if there is one.
func masqueradeNothing(device string) error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	tables, err := connection.ListTablesOfFamily(nftables.TableFamilyINet)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EINVAL) {
		return nil // a kernel without nf_tables has no table
	}
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	own := table(device)
	if !slices.ContainsFunc(tables, func(t *nftables.Table) bool { return t.Name == own.Name }) {
		return nil
	}
	connection.DelTable(own)
	if err := connection.Flush(); err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	return nil
}

// name is a device's name as the kernel compares it: 16 bytes, filled with zeros.
func name(device string) []byte {
	bytes := make([]byte, unix.IFNAMSIZ)
	copy(bytes, device)
	return bytes
}
