package dev.heddle.kubernetes.mapping;

import dev.heddle.ipam.Holders.Given;
import dev.heddle.kubernetes.cluster.Pod;
import java.util.Map;

/**
 * A pod that has a port.
 *
 * @param namespaceLabels of its namespace
 */
record Port(Pod pod, String name, Given given, Map<String, String> namespaceLabels) {}
