package link

import (
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
)

// Mute has the node itself take nothing from the devices of a group, and doing it again changes nothing. A userspace
// datapath reads a copy of each frame, and the kernel would go on with the frame: what a pod sends to the address of its
// link would reach the node, and through it everybody, past every rule. A kernel datapath leaves nothing to be dropped.
//
//	table inet heddle-group-7 {
//	  chain from-pods {
//	    type filter hook prerouting priority raw; policy accept;
//	    iifgroup 7 counter drop
//	  }
//	}
//
// The table stays when the last device has gone: another call may be about to make one.
func Mute(group uint32) error {
	connection, err := nftables.New()
	if err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	table := connection.AddTable(&nftables.Table{Family: nftables.TableFamilyINet, Name: fmt.Sprintf("heddle-group-%d", group)})
	connection.FlushTable(table)
	chain := connection.AddChain(&nftables.Chain{Name: "from-pods", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityRaw})
	connection.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: []expr.Any{
		&expr.Meta{Key: expr.MetaKeyIIFGROUP, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: binaryutil.NativeEndian.PutUint32(group)},
		&expr.Counter{},
		&expr.Verdict{Kind: expr.VerdictDrop},
	}})
	if err := connection.Flush(); err != nil {
		return fmt.Errorf("nftables: dropping what the node would take from pods by itself: %w", err)
	}
	return nil
}
