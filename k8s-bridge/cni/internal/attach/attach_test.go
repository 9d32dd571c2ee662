package attach

import (
	"fmt"
	"strings"
	"testing"
)

func TestAnAnswerIsReadOrRefused(t *testing.T) {
	right := map[string]string{"heddle-installed": "true", "heddle-revision": "9", "heddle-mac": "0a:00:00:00:00:01",
		"heddle-ips": "10.0.0.1/24,fd00::1/64", "heddle-gateway": "10.0.0.254,fd00::fe", "heddle-mtu": "1400"}
	for name, c := range map[string]struct {
		key, value string
		read       string // the answer, as text; "" if refused
	}{
		"dual stack":      {"", "", "0a:00:00:00:00:01 [10.0.0.1/24 fd00::1/64] [10.0.0.254 fd00::fe] 1400"},
		"no addresses":    {"heddle-ips", "", "0a:00:00:00:00:01 [] [10.0.0.254 fd00::fe] 1400"},
		"without lengths": {"heddle-ips", "10.0.0.1,fd00::1", "0a:00:00:00:00:01 [10.0.0.1/32 fd00::1/128] [10.0.0.254 fd00::fe] 1400"},
		"no gateway":      {"heddle-gateway", "", "0a:00:00:00:00:01 [10.0.0.1/24 fd00::1/64] [] 1400"},
		"no mtu":          {"heddle-mtu", "", "0a:00:00:00:00:01 [10.0.0.1/24 fd00::1/64] [10.0.0.254 fd00::fe] 0"},
		"no mac":          {"heddle-mac", "", ""},
		"a group's mac":   {"heddle-mac", "01:00:5e:00:00:01", ""},
		"a long mac":      {"heddle-mac", "00:00:00:00:00:00:00:01", ""},
		"no address":      {"heddle-ips", "10.0.0.1/33", ""},
		"a word":          {"heddle-ips", "unknown", ""},
		"a group":         {"heddle-ips", "224.0.0.1/4", ""},
		"a zone":          {"heddle-ips", "fe80::1%eth0", ""},
		"mapped":          {"heddle-ips", "::ffff:10.0.0.1/96", ""},
		"too many":        {"heddle-ips", strings.Repeat("10.0.0.1,", 64) + "10.0.0.1", ""},
		"two gateways":    {"heddle-gateway", "10.0.0.1,10.0.0.2", ""},
		"a tiny mtu":      {"heddle-mtu", "100", ""},
		"a giant mtu":     {"heddle-mtu", "65536", ""},
	} {
		t.Run(name, func(t *testing.T) {
			ids := map[string]string{}
			for k, v := range right {
				ids[k] = v
			}
			if c.key != "" {
				ids[c.key] = c.value
			}
			answer, condition, err := Said(ids)
			if condition != "" || (err == nil) != (c.read != "") {
				t.Fatalf("%v %q %v", answer, condition, err)
			}
			if err == nil {
				if text := fmt.Sprint(answer.MAC, answer.Addresses, answer.Gateways, answer.MTU); text != c.read {
					t.Errorf("%s, not %s", text, c.read)
				}
			}
		})
	}
}

func TestAConditionIsHeardAndSilenceIsNeither(t *testing.T) {
	answer, condition, err := Said(map[string]string{"heddle-condition": "No.", "heddle-installed": "true"})
	if answer != nil || condition != "No." || err != nil {
		t.Errorf("%v %q %v", answer, condition, err)
	}
	answer, condition, err = Said(map[string]string{"heddle-mac": "0a:00:00:00:00:01"})
	if answer != nil || condition != "" || err != nil {
		t.Errorf("%v %q %v", answer, condition, err)
	}
}

func TestNamesOfLinksAreDevicesAndTellAttachmentsApart(t *testing.T) {
	seen := map[string]Owner{}
	for i := range 2000 {
		for _, device := range []string{"eth0", "net1"} {
			o := Owner{Network: "pods", Container: fmt.Sprint("c", i), Device: device}
			if len(o.Link()) != 15 || !IsLink(o.Link()) {
				t.Fatal(o.Link())
			}
			if other, twice := seen[o.Link()]; twice {
				t.Fatalf("%v and %v", o, other)
			}
			seen[o.Link()] = o
		}
	}
	// The same for any network: a container has one interface of a name.
	if (Owner{Network: "a", Container: "c", Device: "e"}).Link() != (Owner{Network: "b", Container: "c", Device: "e"}).Link() {
		t.Error("the network is in the name")
	}
	for _, other := range []string{"eth0", "hd", "hd0000000000000", "veabcdefghijklm", "hdabcdefghijklmn"} {
		if IsLink(other) {
			t.Errorf("%s is none of ours", other)
		}
	}
	if (Owner{Network: "a"}).Group() == (Owner{Network: "b"}).Group() || (Owner{Network: "a"}).Group() == 0 {
		t.Error("groups do not tell networks apart")
	}
}
