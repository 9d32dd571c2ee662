package dev.heddle.kubernetes.mapping;

import dev.heddle.ipam.Pool;

/**
 * What the cluster does not say.
 *
 * @param network the name of the switch that all pods are on
 * @param pool its subnets, and what is not given to pods
 * @param mtu of its ports, bytes
 */
public record Settings(String network, Pool pool, int mtu) {}
