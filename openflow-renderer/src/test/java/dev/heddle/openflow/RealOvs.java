package dev.heddle.openflow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One real Open vSwitch for a test: its own ovsdb-server and ovs-vswitchd, with all state under a
 * temporary directory, beside whatever else runs on the machine.
 *
 * <pre>
 * try (RealOvs ovs = RealOvs.start(RealOvs.Datapath.DUMMY)) {
 *   ovs.vsctl("add-br", "br-int");
 *   String flows = ovs.ofctl("dump-flows", "br-int");
 * }
 * </pre>
 *
 * As a field: {@code @AutoClose static final RealOvs OVS = RealOvs.start(DUMMY)}. If Open vSwitch
 * is not installed, {@link #start} fails; a test never skips. {@link #close} ends exactly the two
 * processes started here and removes the directory; a shutdown hook does the same for a test run
 * that is interrupted.
 */
public final class RealOvs implements AutoCloseable {

  /** How packets are carried. The first two need neither root nor any interface of the machine. */
  public enum Datapath {
    /**
     * Every datapath and every interface, tunnels included, is a dummy. Hundreds may run at once.
     */
    DUMMY("--enable-dummy=override"),
    /**
     * The datapath "system" is a dummy, tunnel ports are real ones: for tests of tunnel fields.
     * Ports want {@code type=dummy}; a bridge with datapath_type=netdev would make a real tap.
     */
    DUMMY_SYSTEM("--enable-dummy=system"),
    /**
     * Userspace datapath on real interfaces. Needs root; one per network namespace, because the tap
     * "ovs-netdev" has a fixed name. Bridges want {@code datapath_type=netdev}.
     */
    NETDEV(null);

    private final String option;

    Datapath(String option) {
      this.option = option;
    }
  }

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** Another release than the machine's own, if these say so: see {@code heddle test --all}. */
  private static final Optional<String> VERSION = variable("HEDDLE_OVS_VERSION");

  private static final Optional<String> PROGRAMS = variable("HEDDLE_OVS_PATH");
  private static final Path SCHEMA =
      Path.of(variable("HEDDLE_OVS_SCHEMA").orElse("/usr/share/openvswitch/vswitch.ovsschema"));

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(v -> !v.isEmpty());
  }

  private final Path dir;
  private final Datapath datapath;
  private final Thread endWithJvm = new Thread(this::endProcesses, "end-ovs");
  private Optional<Process> database = Optional.empty();
  private Optional<Process> vswitch = Optional.empty();

  private RealOvs(Path dir, Datapath datapath) {
    this.dir = dir;
    this.datapath = datapath;
  }

  /** Starts both daemons and returns once ovs-vswitchd has taken its first configuration. */
  public static RealOvs start(Datapath datapath) {
    try {
      // Directly under /tmp: the path of a Unix socket must stay below 108 bytes.
      RealOvs ovs = new RealOvs(Files.createTempDirectory(Path.of("/tmp"), "ovs"), datapath);
      Runtime.getRuntime().addShutdownHook(ovs.endWithJvm);
      try {
        ovs.run("ovsdb-tool", "create", ovs.file("conf.db"), SCHEMA.toString());
        ovs.startDatabase();
        // What Debian's ovs-ctl writes at boot; without it the row has no version.
        String version = ovs.run("ovs-vswitchd", "--version").lines().findFirst().orElseThrow();
        if (!version.contains(" " + VERSION.orElse(""))) {
          throw new IllegalStateException("wanted Open vSwitch " + VERSION + ", have " + version);
        }
        ovs.vsctl(
            "--no-wait",
            "init",
            "--",
            "set",
            "Open_vSwitch",
            ".",
            "ovs_version=" + version.substring(version.lastIndexOf(' ') + 1));
        ovs.startSwitch();
      } catch (RuntimeException e) {
        ovs.close();
        throw e;
      }
      return ovs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs ovs-vsctl; waits until ovs-vswitchd has done what was asked unless "--no-wait" is given.
   */
  public String vsctl(String... args) {
    return run(command("ovs-vsctl", "--retry", "--timeout=20", "--db=" + databaseSocket()), args);
  }

  /** Runs ovs-ofctl with OpenFlow 1.3 and 1.4; name a bridge by its plain name. */
  public String ofctl(String... args) {
    return run(command("ovs-ofctl", "--timeout=110", "--protocols=OpenFlow13,OpenFlow14"), args);
  }

  /** Runs ovs-appctl against ovs-vswitchd, for example {@code ofproto/trace br-int in_port=1}. */
  public String appctl(String... args) {
    return run(command("ovs-appctl", "--timeout=20", "-t", file("vswitchd.ctl")), args);
  }

  /** Waits until a row meets the conditions (of ovs-vsctl wait-until), or fails after 20 s. */
  public void waitUntil(String table, String record, String... conditions) {
    List<String> args = new ArrayList<>(List.of("--no-wait", "wait-until", table, record));
    args.addAll(List.of(conditions));
    vsctl(args.toArray(String[]::new));
  }

  /** One column of one row as ovs-vsctl prints it, without the line end and outer quotes. */
  public String get(String table, String record, String column) {
    String text = vsctl("--no-wait", "--if-exists", "get", table, record, column).strip();
    return text.length() > 1 && text.startsWith("\"") ? text.substring(1, text.length() - 1) : text;
  }

  /** Adds a port to a bridge with the iface-id a VM manager would set; returns its port number. */
  public int addPort(String bridge, String port, String ifaceId) {
    vsctl(
        "add-port",
        bridge,
        port,
        "--",
        "set",
        "Interface",
        port,
        "external_ids:iface-id=" + ifaceId);
    return Integer.parseInt(get("Interface", port, "ofport"));
  }

  /** Where ovsdb-server listens, as ovs-vsctl's --db wants it. */
  public String databaseSocket() {
    return "unix:" + file("db.sock");
  }

  /** Where ovs-vswitchd serves OpenFlow for a bridge: the path of a Unix socket. */
  public Path openflowSocket(String bridge) {
    return dir.resolve(bridge + ".mgmt");
  }

  /** The directory with sockets, database and logs; it is gone after {@link #close}. */
  public Path dir() {
    return dir;
  }

  public void startDatabase() {
    database =
        Optional.of(
            daemon(
                "ovsdb-server",
                file("conf.db"),
                "--remote=p" + databaseSocket(),
                "--remote=db:Open_vSwitch,Open_vSwitch,manager_options",
                // What ovs-vsctl set-ssl says, as Debian's ovs-ctl has it.
                "--private-key=db:Open_vSwitch,SSL,private_key",
                "--certificate=db:Open_vSwitch,SSL,certificate",
                "--ca-cert=db:Open_vSwitch,SSL,ca_cert",
                "--unixctl=" + file("ovsdb.ctl"),
                "-vconsole:off",
                "--log-file=" + file("ovsdb-server.log")));
  }

  public void stopDatabase() {
    end(database);
    database = Optional.empty();
  }

  /** Starts ovs-vswitchd and returns once it has applied the database to itself. */
  public void startSwitch() {
    List<String> args =
        command(
            "ovs-vswitchd",
            databaseSocket(),
            "--unixctl=" + file("vswitchd.ctl"),
            "-vconsole:off",
            "--log-file=" + file("ovs-vswitchd.log"));
    Optional.ofNullable(datapath.option).ifPresent(args::add);
    vswitch = Optional.of(daemon(args.toArray(String[]::new)));
    // Changing the row makes vsctl wait for cur_cfg, which only a running ovs-vswitchd advances.
    vsctl("set", "Open_vSwitch", ".", "other_config:started-by=test");
  }

  /** From now on ovs-vswitchd does nothing, and its connections stay. */
  public void freezeSwitch() {
    signal("-STOP");
  }

  /** ovs-vswitchd goes on where it was. */
  public void thawSwitch() {
    signal("-CONT");
  }

  private void signal(String signal) {
    String pid = Long.toString(vswitch.orElseThrow().pid());
    try { // not of Open vSwitch, so not looked for where that is
      if (new ProcessBuilder("kill", signal, pid).start().waitFor() != 0) {
        throw new IllegalStateException("kill " + signal + " " + pid);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Ends ovs-vswitchd without a chance to tidy up. */
  public void killSwitch() {
    vswitch.ifPresent(p -> p.destroyForcibly().onExit().join());
    vswitch = Optional.empty();
  }

  /** Ends ovs-vswitchd; its flows are gone with it, its database is not. */
  public void stopSwitch() {
    end(vswitch);
    vswitch = Optional.empty();
  }

  @Override
  public void close() {
    endProcesses();
    try {
      Runtime.getRuntime().removeShutdownHook(endWithJvm);
    } catch (IllegalStateException e) {
      return; // The JVM is ending: the hook itself does the work.
    }
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void endProcesses() {
    stopSwitch();
    stopDatabase();
  }

  private static void end(Optional<Process> process) {
    process.ifPresent(
        p -> {
          p.destroy();
          try {
            if (!p.waitFor(10, TimeUnit.SECONDS)) {
              p.destroyForcibly().waitFor();
            }
          } catch (InterruptedException e) {
            p.destroyForcibly();
            Thread.currentThread().interrupt();
          }
        });
  }

  private String file(String name) {
    return dir.resolve(name).toString();
  }

  private static List<String> command(String... words) {
    return new ArrayList<>(List.of(words));
  }

  private ProcessBuilder inDir(List<String> words) {
    PROGRAMS.ifPresent(dir -> words.set(0, Path.of(dir, words.get(0)).toString()));
    ProcessBuilder builder = new ProcessBuilder(words).directory(dir.toFile());
    for (String variable : List.of("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR")) {
      builder.environment().put(variable, dir.toString());
    }
    return builder.redirectErrorStream(true);
  }

  private Process daemon(String... words) {
    try {
      return inDir(command(words)).redirectOutput(dir.resolve(words[0] + ".out").toFile()).start();
    } catch (IOException e) {
      throw new UncheckedIOException("is openvswitch-switch installed?", e);
    }
  }

  private String run(String... words) {
    return run(command(words));
  }

  private String run(List<String> words, String... more) {
    words.addAll(List.of(more));
    try {
      Process process = inDir(words).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(
            String.join(" ", words)
                + "\n"
                + output
                + logOf("ovsdb-server")
                + logOf("ovs-vswitchd"));
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("is openvswitch-switch installed?", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The last lines a daemon wrote: a failure is rarely understood without them. */
  private String logOf(String program) throws IOException {
    Path log = dir.resolve(program + ".log");
    if (!Files.exists(log)) {
      return "";
    }
    List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
    return program
        + " log:\n"
        + String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()))
        + "\n";
  }
}
