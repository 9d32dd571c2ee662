/**
 * The switch database of each node: a small OVSDB client (RFC 7047), what a node is seen to be, and
 * what is written there.
 *
 * <pre>
 *  node --tcp/ssl--&gt; OvsdbListener -- OvsdbConnection (JSON-RPC, monitor, transact)
 *                                          |
 *          NodeSnapshot &lt;-- NodeDatabase (rows) --&gt; NodeSetup, Answer --&gt; operations
 * </pre>
 *
 * We listen; nodes connect ({@code ovs-vsctl set-manager tcp:CONTROLLER:6640}). Everything that
 * arrives is hostile until parsed: sizes, depths, rows, names and waiting times are bounded by
 * {@link dev.heddle.openflow.ovsdb.Limits}, and what breaks a bound closes the connection with a
 * sentence. What is computed from rows (snapshot, operations) is computed by pure functions.
 */
package dev.heddle.openflow.ovsdb;
