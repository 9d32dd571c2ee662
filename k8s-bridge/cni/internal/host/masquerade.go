package host

import (
	"fmt"
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
//	    iifname "heddle0" oifname != "heddle0" masquerade
//	  }
//	}
func table(device string) *nftables.Table {
	return &nftables.Table{Family: nftables.TableFamilyINet, Name: "heddle-" + device}
}

// masquerade makes the table, or makes it anew. In one netlink batch: no packet meets half of it.
func masquerade(device string) error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	own := connection.AddTable(table(device)) // so that there is one to be removed
	connection.DelTable(own)
	connection.AddTable(own)
	chain := connection.AddChain(&nftables.Chain{Name: "outside", Table: own, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource})
	connection.AddRule(&nftables.Rule{Table: own, Chain: chain, Exprs: []expr.Any{
		&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: name(device)},
		&expr.Meta{Key: expr.MetaKeyOIFNAME, Register: 1},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: name(device)},
		&expr.Counter{},
		&expr.Masq{},
	}})
	if err := connection.Flush(); err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	return nil
}

// masqueradeNothing removes the table if there is one.
func masqueradeNothing(device string) error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	tables, err := connection.ListTablesOfFamily(nftables.TableFamilyINet)
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
