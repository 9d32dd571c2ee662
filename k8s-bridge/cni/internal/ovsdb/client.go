// Package ovsdb is as much of RFC 7047 as a plugin needs that speaks to the database of its own node: transactions,
// a lock that goes with the connection, and one monitored row.
//
// What arrives is bounded: a message has MaxMessage bytes, a caller's context bounds every wait.
package ovsdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// MaxMessage is how many bytes one message of the server may have. 4,096 ports of a node at 2 KiB each, in one answer.
const MaxMessage = 8 << 20

// notifications that wait for their reader; the client gives up on a server that sends more than it was asked for.
const maxWaiting = 1024

// Database is what every Open vSwitch calls its configuration (ovs-vswitchd.conf.db(5)).
const Database = "Open_vSwitch"

// ErrClosed is what calls return once the connection is gone.
var ErrClosed = errors.New("the connection to the database is closed")

type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
}

// Notification is what the server says without being asked: "update2" of a monitor, "locked" or "stolen" of a lock.
type Notification struct {
	Method string
	Params json.RawMessage
}

// Client is one connection. Its methods may be called from several goroutines, but for Next.
type Client struct {
	connection net.Conn
	mutex      sync.Mutex
	writing    sync.Mutex
	next       int
	waiting    map[int]chan message
	told       chan Notification
	done       chan struct{}
	why        error
}

// Dial connects to unix:/PATH or tcp:HOST:PORT.
func Dial(ctx context.Context, target string) (*Client, error) {
	scheme, rest, _ := strings.Cut(target, ":")
	if scheme != "unix" && scheme != "tcp" || rest == "" {
		return nil, fmt.Errorf("%q is no database: unix:PATH or tcp:HOST:PORT is expected", target)
	}
	connection, err := (&net.Dialer{}).DialContext(ctx, scheme, rest)
	if err != nil {
		return nil, err
	}
	return Over(connection), nil
}

// Over speaks over a connection that is there already, and closes it in the end.
func Over(connection net.Conn) *Client {
	c := &Client{
		connection: connection,
		waiting:    map[int]chan message{},
		told:       make(chan Notification, maxWaiting),
		done:       make(chan struct{}),
	}
	go c.read()
	return c
}

// Close ends the connection; the server takes locks and monitors of it away.
func (c *Client) Close() { c.fail(ErrClosed) }

func (c *Client) fail(why error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.why == nil {
		c.why = why
		close(c.done)
		_ = c.connection.Close()
	}
}

// bounded gives a decoder at most MaxMessage bytes for each message. The decoder may read ahead into the next one,
// which is why the allowance is renewed, not added up.
type bounded struct {
	reader io.Reader
	left   int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("the database sent a message of more than %d bytes", MaxMessage)
	}
	n, err := b.reader.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

func (c *Client) read() {
	input := &bounded{reader: c.connection}
	decoder := json.NewDecoder(input)
	for {
		input.left = MaxMessage
		var m message
		if err := decoder.Decode(&m); err != nil {
			c.fail(fmt.Errorf("%w: %w", ErrClosed, err))
			return
		}
		if err := c.take(m); err != nil {
			c.fail(fmt.Errorf("%w: %w", ErrClosed, err))
			return
		}
	}
}

func (c *Client) take(m message) error {
	switch {
	case m.Method == "echo":
		// Section 4.1.11: the server asks whether we live, and wants its own words back.
		return c.write(map[string]any{"id": m.ID, "result": m.Params, "error": nil})
	case m.Method != "":
		select {
		case c.told <- Notification{m.Method, m.Params}:
			return nil
		default:
			return errors.New("the database says more than anybody reads")
		}
	}
	var id int
	if err := json.Unmarshal(m.ID, &id); err != nil {
		return fmt.Errorf("an answer to nothing: %w", err)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if waiter, ok := c.waiting[id]; ok {
		delete(c.waiting, id)
		waiter <- m
	}
	return nil
}

func (c *Client) write(what any) error {
	bytes, err := json.Marshal(what)
	if err != nil {
		return err
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_, err = c.connection.Write(bytes)
	return err
}

// call sends a request and waits for its answer.
func (c *Client) call(ctx context.Context, method string, params any, into any) error {
	answer := make(chan message, 1)
	c.mutex.Lock()
	c.next++
	id := c.next
	c.waiting[id] = answer
	c.mutex.Unlock()
	if err := c.write(map[string]any{"id": id, "method": method, "params": params}); err != nil {
		c.fail(fmt.Errorf("%w: %w", ErrClosed, err))
		return c.reason()
	}
	select {
	case m := <-answer:
		if len(m.Error) > 0 && string(m.Error) != "null" {
			return fmt.Errorf("the database refused %s: %s", method, Shown(string(m.Error)))
		}
		if err := json.Unmarshal(m.Result, into); err != nil {
			return fmt.Errorf("the database answered %s with something else: %w", method, err)
		}
		return nil
	case <-c.done:
		return c.reason()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) reason() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.why
}

// Next waits for what the server says by itself.
func (c *Client) Next(ctx context.Context) (Notification, error) {
	select {
	case n := <-c.told:
		return n, nil
	default:
	}
	select {
	case n := <-c.told:
		return n, nil
	case <-c.done:
		return Notification{}, c.reason()
	case <-ctx.Done():
		return Notification{}, ctx.Err()
	}
}

// Shown is a text of others as it goes into a sentence: on one line, of 300 bytes at most.
func Shown(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + " ..."
	}
	return text
}
