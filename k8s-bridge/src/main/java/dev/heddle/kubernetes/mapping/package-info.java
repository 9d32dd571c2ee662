/**
 * What a cluster means in the model: a pure function of the cluster and of what is stored, no I/O.
 * {@link dev.heddle.kubernetes.mapping.Mapping} is the whole of it.
 */
package dev.heddle.kubernetes.mapping;
