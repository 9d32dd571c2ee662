/**
 * What is cabled to what among plain switches: frames that prove a link, and what follows from
 * those that came and those that did not. No I/O and no clock: rounds are told.
 */
package dev.heddle.openflow.discovery;
