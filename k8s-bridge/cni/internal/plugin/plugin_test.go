package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"dev.heddle/cni/internal/attach"
	"dev.heddle/cni/internal/config"
	"dev.heddle/cni/internal/link"
	"dev.heddle/cni/internal/ovsdb"
	"github.com/containernetworking/cni/pkg/types"
)

var setup = link.Setup{
	MAC: net.HardwareAddr{10, 0, 0, 0, 0, 1}, MTU: 1400,
	Addresses:  []netip.Prefix{netip.MustParsePrefix("10.0.0.1/24"), netip.MustParsePrefix("fd00::1/64")},
	DefaultVia: []netip.Addr{netip.MustParseAddr("10.0.0.254")},
}

func TestWhatAddSaysIsWhatCheckReads(t *testing.T) {
	call := &config.Call{Container: "c", Device: "eth0", Netns: "/run/netns/x"}
	for _, version := range []string{"0.4.0", "1.0.0", "1.1.0"} {
		c := &config.Config{Version: version, Name: "pods"}
		said, err := result(c, call, "hdx", "02:00:00:00:00:01", setup).GetAsVersion(version)
		if err != nil {
			t.Fatal(err)
		}
		if c.PrevResult, err = json.Marshal(said); err != nil {
			t.Fatal(err)
		}
		read, err := before(c, call)
		wanted := setup
		if version != "1.1.0" {
			wanted.MTU = 0 // has no place for it
		}
		if err != nil || fmt.Sprint(read) != fmt.Sprint(wanted) {
			t.Errorf("%s: %v, not %v: %v", version, read, wanted, err)
		}
	}
}

func TestAResultThatIsNoneOfOursIsRefused(t *testing.T) {
	call := &config.Call{Container: "c", Device: "eth0"}
	for _, text := range []string{``, `{}`, `{"cniVersion":"1.1.0"}`, `{"cniVersion":"1.1.0","interfaces":[null]}`, `7`,
		`{"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mac":"0a:00:00:00:00:01"}]}`,
		`{"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mac":"x","sandbox":"/x"}],"ips":[null],"routes":[null]}`,
	} {
		if _, err := before(&config.Config{Version: "1.1.0", PrevResult: json.RawMessage(text)}, call); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

func TestErrorsHaveTheCodesThatAreDocumented(t *testing.T) {
	for _, c := range []struct {
		err  error
		code uint
	}{
		{&attach.Held{Condition: "No."}, 100},
		{&attach.Silent{Port: "p"}, 11},
		{fmt.Errorf("x: %w", attach.ErrNoBridge), 11},
		{fmt.Errorf("x: %w", ovsdb.ErrClosed), 11},
		{types.NewError(103, "differs", ""), 103},
		{errors.New("anything"), 999},
	} {
		var told2 *types.Error
		if !errors.As(told(c.err), &told2) || told2.Code != c.code {
			t.Errorf("%v: %v", c.err, told2)
		}
	}
	if told(nil) != nil || coded(7, nil) != nil {
		t.Error("nothing is an error")
	}
}

func TestWhatCouldNotBeTakenBackIsSaidBesideTheReason(t *testing.T) {
	var said *types.Error
	err := undone(types.NewError(100, "No LogicalPort.", ""), errors.New("the database is away"))
	if !errors.As(err, &said) || said.Code != 100 || said.Msg != "No LogicalPort." || !strings.Contains(said.Details, "away") {
		t.Error(err)
	}
}
