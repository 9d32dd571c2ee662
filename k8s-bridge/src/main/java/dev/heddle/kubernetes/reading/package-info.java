/**
 * Objects of the Kubernetes API as values of the bridge. What cannot be read is said, not guessed.
 */
package dev.heddle.kubernetes.reading;
