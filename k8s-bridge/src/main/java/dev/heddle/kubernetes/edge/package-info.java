/**
 * Where the bridge meets the API server and the model: watches, one queue, one transaction, Events.
 */
package dev.heddle.kubernetes.edge;
