package ovsdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// A server that answers each request with what the test says.
func serve(t *testing.T, answer func(request map[string]json.RawMessage, out io.Writer)) *Client {
	t.Helper()
	ours, theirs := net.Pipe()
	go func() {
		decoder := json.NewDecoder(theirs)
		for {
			var request map[string]json.RawMessage
			if decoder.Decode(&request) != nil {
				return
			}
			answer(request, theirs)
		}
	}()
	client := Over(ours)
	t.Cleanup(client.Close)
	return client
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func replies(result string) func(map[string]json.RawMessage, io.Writer) {
	return func(request map[string]json.RawMessage, out io.Writer) {
		fmt.Fprintf(out, `{"id":%s,"result":%s,"error":null}`, request["id"], result)
	}
}

func TestATransactionIsWrittenAsRFC7047SaysAndItsOutcomesAreRead(t *testing.T) {
	var sent string
	client := serve(t, func(request map[string]json.RawMessage, out io.Writer) {
		sent = string(request["method"]) + string(request["params"])
		replies(`[{"uuid":["uuid","4a2f"]},{"rows":[{"name":"x"}]}]`)(request, out)
	})
	outcomes, err := client.Transact(within(t),
		Operation{"op": "insert", "row": map[string]any{"a": Map{"k": "v", "b": "c"}, "r": Named("n")}},
		Operation{"op": "select", "where": []any{[]any{"u", "includes", Set(UUID("4a2f"))}}})
	if err != nil || outcomes[0].UUID != "4a2f" || string(outcomes[1].Rows[0]) != `{"name":"x"}` {
		t.Errorf("%v %v", outcomes, err)
	}
	wanted := `"transact"["Open_vSwitch",{"op":"insert","row":{"a":["map",[["b","c"],["k","v"]]],"r":["named-uuid","n"]}},` +
		`{"op":"select","where":[["u","includes",["set",[["uuid","4a2f"]]]]]}]`
	if sent != wanted {
		t.Errorf("%s\nnot\n%s", sent, wanted)
	}
}

func TestATransactionThatFailsInTheMiddleIsARefusal(t *testing.T) {
	client := serve(t, replies(`[{},{"error":"timed out","details":"\"where\" clause"},null]`))
	_, err := client.Transact(within(t), Operation{}, Operation{}, Operation{})
	if !IsTimedOut(err) || !strings.Contains(err.Error(), "clause") {
		t.Error(err)
	}
	// An error of the commit comes after all operations.
	client = serve(t, replies(`[{"count":1},{"error":"constraint violation","details":"x"}]`))
	var refusal *Refusal
	if _, err := client.Transact(within(t), Operation{}); !errors.As(err, &refusal) || refusal.Kind != "constraint violation" {
		t.Error(err)
	}
	client = serve(t, replies(`[{}]`))
	if _, err := client.Transact(within(t), Operation{}, Operation{}); err == nil {
		t.Error("an answer too few is an answer")
	}
}

func TestALockIsWaitedFor(t *testing.T) {
	client := serve(t, func(request map[string]json.RawMessage, out io.Writer) {
		replies(`{"locked":false}`)(request, out)
		_, _ = io.WriteString(out, `{"method":"locked","params":["other"],"id":null}{"method":"locked","params":["mine"],"id":null}`)
	})
	if err := client.Lock(within(t), "mine"); err != nil {
		t.Error(err)
	}
	client = serve(t, replies(`{"locked":false}`))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- client.Lock(ctx, "mine") }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAnEchoIsAnsweredWithItsOwnWords(t *testing.T) {
	ours, theirs := net.Pipe()
	client := Over(ours)
	defer client.Close()
	if _, err := io.WriteString(theirs, `{"method":"echo","params":["x"],"id":"echo"}`); err != nil {
		t.Fatal(err)
	}
	var answer map[string]json.RawMessage
	if err := json.NewDecoder(theirs).Decode(&answer); err != nil || string(answer["id"]) != `"echo"` || string(answer["result"]) != `["x"]` {
		t.Errorf("%s %v", answer, err)
	}
}

func TestAServerThatSaysTooMuchOrNonsenseIsLeft(t *testing.T) {
	for name, said := range map[string]string{
		"no JSON":       `hello`,
		"a list":        `[1]`,
		"to nobody":     `{"id":"x","result":{}}`,
		"endless":       `{"id":1,"result":"` + strings.Repeat("x", MaxMessage) + `"}`,
		"notifications": strings.Repeat(`{"method":"update2","params":[],"id":null}`, maxWaiting+1),
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, func(_ map[string]json.RawMessage, out io.Writer) { _, _ = io.WriteString(out, said) })
			if _, err := client.Transact(within(t), Operation{}); !errors.Is(err, ErrClosed) {
				t.Errorf("%.200v", err)
			}
		})
	}
}

func TestSetsOfOneAreAsGoodAsTheValue(t *testing.T) {
	for text, wanted := range map[string]Optional[int]{`7`: {7, true}, `["set",[]]`: {}, `["set",[7]]`: {7, true}} {
		var read Optional[int]
		if err := json.Unmarshal([]byte(text), &read); err != nil || read != wanted {
			t.Errorf("%s: %v %v", text, read, err)
		}
	}
	var m Map
	for _, wrong := range []string{`{}`, `["set",[]]`, `["map",[["a"]]`, `["map",7]`} {
		if json.Unmarshal([]byte(wrong), &m) == nil {
			t.Errorf("%s is no map", wrong)
		}
	}
}

func TestOnlyUnixAndTcpAreDatabases(t *testing.T) {
	for _, target := range []string{"", "unix:", "ssl:127.0.0.1:6640", "/run/db.sock"} {
		if _, err := Dial(within(t), target); err == nil {
			t.Errorf("%q", target)
		}
	}
}

func TestShownIsOneLineOfAText(t *testing.T) {
	if s := Shown("a\nb\x00" + strings.Repeat("é", 300)); strings.ContainsAny(s, "\n\x00") || len(s) > 310 {
		t.Errorf("%q", s)
	}
}
