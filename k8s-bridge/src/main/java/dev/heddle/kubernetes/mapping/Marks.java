package dev.heddle.kubernetes.mapping;

import dev.heddle.model.Document;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The bridge's own labels and names. */
public final class Marks {

  /** On each document of the bridge; it touches no other. */
  public static final String OWNER = "heddle.dev/owner";

  public static final String BRIDGE = "kubernetes-bridge";

  private static final String PREFIX = "kubernetes.heddle.dev/";
  static final String NAMESPACE = PREFIX + "namespace";
  static final String NODE = PREFIX + "node";
  static final String UID = PREFIX + "uid";
  static final String STICKY = PREFIX + "sticky";

  /** Of the class of ports that the same policies isolate. */
  static final String SUBJECT = PREFIX + "subject";

  /** On ports that a policy isolates for what comes to them. */
  static final String ISOLATED_TO = PREFIX + "isolated-to";

  /** On ports that a policy isolates for what they begin. */
  static final String ISOLATED_FROM = PREFIX + "isolated-from";

  /** Of the class of ports that the same policies of administrators judge. */
  static final String ADMIN = PREFIX + "admin";

  /** Of the class of ports that the same peers of policies choose. */
  static final String PEER = PREFIX + "peer";

  static final String POLICY = PREFIX + "policy";
  static final String POLICY_KIND = PREFIX + "policy-kind";
  static final String POLICY_NAMESPACE = PREFIX + "policy-namespace";
  static final String RULE = PREFIX + "rule";

  /** Before the name of each policy for which what no rule allows is dropped. */
  static final String ISOLATED_BY = "isolated-by." + PREFIX;

  /** The labels of a pod's namespace are those of its port, behind this word. */
  static final String OF_NAMESPACE = "namespace";

  private static final int MOST_LABELS = 64;
  private static final Pattern KEY =
      Pattern.compile("([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
  private static final Pattern VALUE =
      Pattern.compile("([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?");

  private Marks() {}

  /** Whether a document is the bridge's. */
  public static boolean isOwn(Document d) {
    return BRIDGE.equals(d.labels().get(OWNER));
  }

  static Map<String, String> own() {
    return new TreeMap<>(Map.of(OWNER, BRIDGE));
  }

  /** A name as the value of a label: itself, or what stands for it. */
  static String value(String name) {
    return VALUE.matcher(name).matches() ? name : hash(name);
  }

  /** 128 bits in hexadecimal: nobody finds two that are equal. */
  static String hash(String text) {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static String hash(Collection<String> lines) {
    return hash(String.join("\n", lines));
  }

  /**
   * The labels of a pod's port: the bridge's, then the pod's and its namespace's as far as there is
   * room. No policy depends on the latter two: they are for rules that people write.
   */
  static Map<String, String> ofPort(
      Map<String, String> own, Map<String, String> pod, Map<String, String> namespace) {
    Map<String, String> all = new TreeMap<>(own);
    new TreeMap<>(pod)
        .forEach(
            (key, value) -> {
              if (!isReserved(key)) {
                add(all, key, value);
              }
            });
    new TreeMap<>(namespace).forEach((key, value) -> add(all, ofNamespace(key), value));
    return all;
  }

  private static boolean isReserved(String key) {
    int slash = key.indexOf('/');
    String prefix = slash < 0 ? "" : key.substring(0, slash);
    return prefix.equals("heddle.dev")
        || prefix.endsWith(".heddle.dev")
        || prefix.equals(OF_NAMESPACE)
        || prefix.startsWith(OF_NAMESPACE + ".");
  }

  private static String ofNamespace(String key) {
    return OF_NAMESPACE + (key.indexOf('/') < 0 ? "/" : ".") + key;
  }

  private static void add(Map<String, String> all, String key, String value) {
    if (all.size() < MOST_LABELS && KEY.matcher(key).matches() && VALUE.matcher(value).matches()) {
      all.putIfAbsent(key, value);
    }
  }
}
