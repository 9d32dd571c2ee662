/**
 * Connections to switches: listening and framing by openflowjava, messages by {@code codec}. Every
 * future ends, in answer, error or loss of the connection; none of them may be waited for on the
 * thread that completes it, which is the connection's own.
 */
package dev.heddle.openflow.channel;
