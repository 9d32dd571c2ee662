/** What the bridge knows of a cluster, as values: nothing of a client library is in them. */
package dev.heddle.kubernetes.cluster;
