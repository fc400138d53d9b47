package io.lofn.core.hint;

import static org.assertj.core.api.Assertions.assertThat;

import io.lofn.api.ContainerSettings;
import io.lofn.api.ResourceLimits;
import io.lofn.api.Tool;
import io.lofn.api.ToolFailedException.Reason;
import io.lofn.api.Volume;
import io.lofn.core.exchange.ExchangeDisk;
import io.lofn.spi.ImageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said first of what real programs wrote and ended with. */
class HintsTest {

  private static final String NETWORK = "A tool has no network by default";
  private static final String PROCESSES =
      "probably reached its limit of processes and threads (64)";
  private static final String HOME = "set Tool.env(\"HOME\", \"/tmp\")";
  private static final String CUT = "cut short or damaged";
  private static final String NOT_GZIP = "is not gzip was taken for one";
  private static final String LAST =
      "The tool itself reports this failure. Exit codes that mean success: [0]";

  @TempDir private Path exchange;

  private Tool<?, ?> tool = Tool.lines("tools:1").command("align", "in.fq");
  private ContainerSettings settings =
      ContainerSettings.defaults().toBuilder()
          .limits(ResourceLimits.none().pids(64).memory(1000))
          .user("1000:1000")
          .build();
  private ImageConfig image = ImageConfig.empty();
  private boolean warm;
  private boolean noRecords;

  private String hint(int code, String... stderr) {
    Evidence evidence =
        new Evidence(
            new Setup(tool, settings, "/shared", warm),
            image,
            OptionalInt.of(code),
            List.of(stderr),
            Optional.of(new ExchangeDisk(exchange, 1L << 40, false, false)),
            noRecords);
    return Hints.forFailure(Reason.EXIT_CODE, evidence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wget: bad address 'example.org'",
        "wget: unable to resolve host address 'example.org'",
        "curl: (6) Could not resolve host: example.org",
        "curl: (6) Could not resolve proxy: proxy",
        "E: Failed to fetch http://deb.example/x  Temporary failure resolving 'deb.example'",
        "fatal: unable to access 'https://x/': Could not resolve host: x",
        "ssh: Could not resolve hostname x: Name or service not known",
        "ping: x: Temporary failure in name resolution",
        "socket.gaierror: [Errno -3] Temporary failure in name resolution",
        "socket.gaierror: [Errno -2] Name does not resolve",
        "urllib3.exceptions.NewConnectionError: <x>: Failed to establish a new connection: [Errno 101] Network is unreachable",
        "java.net.UnknownHostException: example.org: Temporary failure in name resolution",
        "Error: getaddrinfo EAI_AGAIN registry.example",
        "dial tcp: lookup example.org on 10.0.0.2:53: dial udp 10.0.0.2:53: connect: network is unreachable",
        "connect: Network is unreachable",
        "curl: (7) Failed to connect to localhost port 80: Connection refused"
      })
  void aToolThatWantsANetworkHasNone(String stderr) {
    assertThat(hint(1, stderr)).startsWith(NETWORK).contains("Tool.network(\"bridge\")");
  }

  @Test
  void aToolWithANetworkIsNotToldThatItHasNone() {
    settings = settings.toBuilder().network("bridge").build();

    assertThat(hint(6, "curl: (6) Could not resolve host: example.org"))
        .contains("Tool.network(\"bridge\"): check name resolution, proxy and firewall");
    assertThat(hint(7, "curl: (7) Failed to connect: Connection refused")).startsWith(LAST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bash: fork: retry: Resource temporarily unavailable",
        "sh: can't fork: Resource temporarily unavailable",
        "sh: 1: Cannot fork",
        "bash: fork: Cannot allocate memory",
        "java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached",
        "[0.01s][warning][os,thread] Failed to start thread \"GC Thread#0\" - pthread_create failed (EAGAIN) for attributes: stacksize: 1024k",
        "libgomp: Thread creation failed: Resource temporarily unavailable",
        "OpenBLAS blas_thread_init: pthread_create failed for thread 3 of 8: Resource temporarily unavailable",
        "RuntimeError: can't start new thread",
        "BlockingIOError: [Errno 11] Resource temporarily unavailable",
        "  what():  Resource temporarily unavailable",
        "runtime: failed to create new OS thread (have 5 already; errno=11)",
        "parallel: Warning: Only enough available processes to run 9 jobs in parallel."
      })
  void theLimitOfProcessesIsNamed(String stderr) {
    assertThat(hint(1, stderr)).contains(PROCESSES, "Tool.pids or spark.lofn.container.pids");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1   | java.lang.OutOfMemoryError: Java heap space | JAVA_TOOL_OPTIONS",
        "134 | what():  std::bad_alloc | got no more memory (limit: 1000 bytes)",
        "1   | MemoryError | got no more memory",
        "1   | sort: memory exhausted | got no more memory",
        "1   | numpy.core._exceptions.MemoryError: Unable to allocate 8.00 GiB | got no more memory",
        "1   | tar: memory: Cannot allocate memory | got no more memory",
        "1   | [E::hts_open_format] Failed to open file x.bam : Too many open files | ulimit -n",
        "1   | the input device is not a TTY | has no terminal",
        "1   | gpg: cannot open '/dev/tty': No such device or address | has no terminal",
        "1   | stty: 'standard input': Inappropriate ioctl for device | has no terminal",
        "1   | TERM environment variable not set. | has no terminal",
        "1   | Error: Can't open display: | has no display",
        "1   | Running as root without --no-sandbox is not supported. | --no-sandbox",
        "1   | whoami: cannot find name for user ID 1000 | does not know by name",
        "1   | KeyError: 'getpwuid(): uid not found: 1000' | does not know by name",
        "1   | No user exists for uid 1000 | does not know by name",
      })
  void whatAContainerLacksIsNamed(int code, String stderr, String hint) {
    assertThat(hint(code, stderr)).contains(hint);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpg: Fatal: can't create directory '/root/.gnupg': Permission denied",
        "gpg: failed to create temporary file '/.gnupg/.#lk0': No such file; can't create directory '/.gnupg'",
        "mkdir: cannot create directory '/.cache': Permission denied",
        "mkdir: cannot create directory \u2018/.config\u2019: Read-only file system",
        "PermissionError: [Errno 13] Permission denied: '/home/tool/.cache'",
        "java.io.FileNotFoundException: /root/.java/prefs (Permission denied)",
        "[Java] Could not create directory /nonexistent/.java",
        "error: $HOME is not defined",
        "HOME not set",
        "RuntimeError: Could not determine home directory."
      })
  void aHomeThatCannotBeWrittenIsNamed(String stderr) {
    assertThat(hint(2, stderr)).endsWith(HOME + ".");
  }

  @Test
  void aReadOnlyVolumeIsNamedWithWhatToDo() {
    tool =
        tool.volume(Volume.of("file:/data/ref").at("/ref").readOnly())
            .volume(Volume.of("file:/data/own").at("/own").readWrite());

    assertThat(hint(1, "[fai_build] fail to write /ref/chr7.fa.fai : Read-only file system"))
        .startsWith("The volume at /ref is read-only")
        .contains("index beside a reference", "Volume.readWrite()");
    assertThat(hint(1, "OSError: [Errno 30] Read-only file system: '/ref/x'"))
        .startsWith("The volume at /ref is read-only");
    assertThat(hint(1, "java.io.FileNotFoundException: /reference/x (Read-only file system)"))
        .doesNotContain("volume at");
  }

  @Test
  void aReadOnlyImageIsSaidToBeThatOfAWarmContainerWhereItIs() {
    String said = "touch: /opt/x: Read-only file system";
    warm = true;
    assertThat(hint(1, said)).contains("warm container", "Tool.reuseContainer(false)");

    settings = settings.toBuilder().readOnlyRoot(true).build();
    assertThat(hint(1, said)).contains("Tool.readOnlyRoot()").doesNotContain("warm");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tar: x: Cannot change ownership to uid 1000, gid 1000: Operation not permitted",
        "cp: failed to preserve ownership for 'x': Operation not permitted",
        "cp: can't preserve ownership of 'x': Operation not permitted",
        "chown: changing ownership of 'x': Operation not permitted",
        "tar: chown 1000:1000 'x': Operation not permitted"
      })
  void thatNobodyMayChangeOwnersIsSaid(String stderr) {
    assertThat(hint(2, stderr))
        .startsWith("A tool has no capabilities")
        .contains("tar --no-same-owner", "Tool.capability(\"CHOWN\")");
  }

  @Test
  void otherForbiddenOperationsAreNotSaidToBeOfOwners() {
    settings = settings.toBuilder().capability("CHOWN").build();

    assertThat(hint(1, "mount: permission denied: Operation not permitted"))
        .startsWith("A tool has the capabilities CHOWN only")
        .doesNotContain("owner of a file");
  }

  @Test
  void aHintAtTheUserIsForToolsThatHaveOne() {
    String said = "align: can't open /data/in: Permission denied";
    assertThat(hint(2, said)).contains("executor's user 1000:1000").doesNotContain("Tool.user");

    settings = settings.toBuilder().user("0:0").build();
    assertThat(hint(2, said)).contains("DAC_OVERRIDE").doesNotContain("Tool.user");

    settings = settings.toBuilder().user("7").build();
    tool = tool.user("7");
    assertThat(hint(2, said)).contains("user 7, by Tool.user");
    assertThat(hint(2, "align: can't open /shared/in: Permission denied"))
        .contains("without Tool.user");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sh: /shared/run.sh: Permission denied",
        "exec: \"/tmp/tool\": permission denied: unknown",
        "bash: line 1: /dev/shm/tool: Permission denied"
      })
  void aProgramOnAFileSystemWithoutExecuteIsNamed(String stderr) {
    assertThat(hint(126, stderr)).contains("chmod +x", "noexec");
  }

  @Test
  void aLibraryOnAFileSystemWithoutExecuteIsNamed() {
    assertThat(
            hint(
                1,
                "java.lang.UnsatisfiedLinkError: /tmp/snappy.so: failed to map segment from shared object"))
        .contains("noexec");
    assertThat(hint(126, "exec: \"/opt/align\": permission denied: unknown"))
        .contains("executable in the image");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip: stdin: unexpected end of file",
        "gzip: /shared/a.gz: unexpected end of file",
        "gzip: stdin: invalid compressed data--crc error",
        "tar: Unexpected EOF in archive",
        "EOFError: Compressed file ended before the end-of-stream marker was reached",
        "java.io.EOFException: Unexpected end of ZLIB input stream",
        "[W::bam_hdr_read] EOF marker is absent. The input is probably truncated",
        "gunzip: corrupted data"
      })
  void aGzipFileThatIsCutShortIsNamed(String stderr) {
    assertThat(hint(1, stderr)).contains(CUT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip: stdin: not in gzip format",
        "gunzip: invalid magic",
        "zcat: invalid magic",
        "gzip.BadGzipFile: Not a gzipped file (b'>s')",
        "java.util.zip.ZipException: Not in GZIP format",
        "zlib.error: Error -3 while decompressing data: incorrect header check"
      })
  void aFileThatIsNoGzipIsNamed(String stderr) {
    assertThat(hint(1, stderr)).contains(NOT_GZIP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "align: in.fq: No such file or directory",
        "align: can't open 'in.fq': No such file or directory",
        "[main] fail to open file in.fq : No such file or directory",
        "FileNotFoundError: [Errno 2] No such file or directory: 'in.fq'",
        "java.io.FileNotFoundException: in.fq (No such file or directory)"
      })
  void anInputByItsBareNameIsSaidToBeInTheExchange(String stderr) throws IOException {
    Files.createFile(exchange.resolve("in.fq"));

    assertThat(hint(1, stderr))
        .isEqualTo(
            "The file in.fq is in the exchange, and the tool looked for it in its working directory: name it /shared/in.fq, or set Tool.workdir(\"/shared\").");
    settings = settings.toBuilder().workingDirectory("/shared").build();
    assertThat(hint(1, stderr)).startsWith(LAST);
  }

  @Test
  void aFileThatIsNotInTheExchangeIsNotSaidToBe() throws IOException {
    Files.createFile(exchange.resolve("directory"));
    Files.createFile(exchange.resolve("out"));

    assertThat(hint(1, "align: in.fq: No such file or directory")).startsWith(LAST);
    assertThat(hint(1, "align: ../in.fq: No such file or directory")).startsWith(LAST);
    assertThat(hint(1, "align: /shared/in.fq: No such file or directory")).startsWith(LAST);
    assertThat(hint(1, "align: 'out': No such file or directory")).startsWith(LAST);
  }

  @Test
  void aFileOfTheNodeIsSaidNotToBeInTheContainer() {
    tool = tool.volume(Volume.of("file:/data/ref").at("/ref"));

    assertThat(hint(1, "align: /data/chr7.fa: No such file or directory"))
        .isEqualTo(
            "/data/chr7.fa is not in the container. The tool sees its image, the exchange at /shared and its volumes (/ref), not the files of the node: give what lies elsewhere with Tool.volume.");
    assertThat(hint(1, "align: /ref/chr7.fa: No such file or directory")).startsWith(LAST);
    assertThat(hint(1, "/etc/align.conf: No such file or directory", "a", "b", "bad read"))
        .startsWith(LAST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"|", ">", ">>", "2>&1", "2>/dev/null", ">out.txt", "<", "&&", "||", ";"})
  void whatOnlyAShellUnderstandsIsNamedAmongArguments(String word) {
    tool = tool.command("align", "in.fq", word, "x");

    assertThat(hint(1, "align: unrecognized argument"))
        .startsWith("The command has " + word + " as an argument")
        .contains("shell(...)");
  }

  @Test
  void argumentsThatLookLikeOperatorsInsideAProgramsLanguageAreLeftAlone() {
    tool = tool.command("sh", "-c", "a | b", ">");
    assertThat(hint(1, "no")).startsWith(LAST);
    tool = tool.command("bcftools", "filter", "QUAL>20", ">=20");
    assertThat(hint(1, "no")).startsWith(LAST);
    tool = tool.shell("a > b");
    assertThat(hint(1, "no")).startsWith(LAST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"sh: 1: set: Illegal option -o pipefail", "sh: set: illegal option -o pipefail"})
  void aShellWithoutPipefailIsNamed(String stderr) {
    tool = tool.shell("set -euo pipefail; align");

    assertThat(hint(2, stderr)).contains("`set -o pipefail`", "command(\"bash\", \"-c\", script)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sh: 1: Syntax error: \"(\" unexpected",
        "sh: 1: [[: not found",
        "sh: 3: source: not found",
        "sh: 1: Bad substitution"
      })
  void syntaxOfBashIsNamed(String stderr) {
    tool = tool.shell("[[ a ]] && align <(zcat in.fq)");

    assertThat(hint(2, stderr)).contains("syntax of bash");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sh: aligner: not found | Is the program aligner in the image and on its PATH?",
        "sh: 1: aligner: not found | Is the program aligner in",
        "bash: line 1: aligner: command not found | Is the program aligner in",
        "env: 'python3': No such file or directory | Is the program python3 in",
        "align: error while loading shared libraries: libz.so.1: cannot open shared object file: No such file or directory | needs libz.so.1, which the image",
        "Error loading shared library libz.so.1: No such file or directory (needed by /bin/align) | needs libz.so.1, which the image",
        "align: /lib/libc.so.6: version `GLIBC_2.34' not found (required by align) | needs GLIBC_2.34, which the image",
        "env: 'python3\\r': No such file or directory | dos2unix",
        "sh: /opt/align: /usr/bin/python: bad interpreter: No such file or directory | interpreter in the first line",
      })
  void whatIsNotInTheImageIsNamed(String stderr, String hint) {
    assertThat(hint(127, stderr)).contains(hint);
  }

  @Test
  void anImageWithoutAShellIsNamed() {
    tool = tool.shell("align");

    assertThat(hint(127, "exec: \"sh\": executable file not found in $PATH"))
        .startsWith("The image has no sh");
  }

  @Test
  void aCommandMeantForAnEntrypointIsNamed() {
    tool = tool.command("view", "-c", "in.bam");
    image = image.entrypoint(List.of("samtools"));

    assertThat(hint(127, "exec: \"view\": executable file not found in $PATH: unknown"))
        .contains("ENTRYPOINT [samtools]", "Tool.entrypoint(...)");
    image = ImageConfig.empty();
    assertThat(hint(127, "exec: \"view\": executable file not found in $PATH: unknown"))
        .startsWith("Is the program in the image");
  }

  @Test
  void aCommandInOneStringIsNamed() {
    tool = tool.command("samtools view -c in.bam");

    assertThat(hint(127, "exec: \"samtools view -c in.bam\": executable file not found in $PATH"))
        .contains("has blanks");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "132 | instructions that this node's processor does not have",
        "133 | ended itself at a trap",
        "134 | abort()",
        "135 | raise Tool.shm",
        "136 | arithmetic error",
        "137 | Probably out of memory (limit: 1000 bytes)",
        "138 | lofn did not send this signal",
        "139 | crashed",
        "142 | lofn did not send this signal",
        "143 | SIGTERM, which lofn did not send",
        "152 | ulimit -t",
        "153 | ulimit -f",
        "159 | seccomp",
      })
  void signalsAreExplained(int code, String hint) {
    assertThat(hint(code)).contains(hint);
    assertThat(hint(code, "reading in.fq")).contains(hint);
  }

  @Test
  void aPartitionWithoutRecordsIsNamed() {
    noRecords = true;

    assertThat(hint(1, "align: no reads"))
        .contains("no records", "spark.lofn.emptyPartitions=skip");
    assertThat(hint(1, "gzip: stdin: unexpected end of file")).contains("no records");
    assertThat(hint(127, "sh: aligner: not found")).doesNotContain("no records");
  }

  @Test
  void theLastResortIsTheLast() {
    assertThat(hint(3, "no index for chr7"))
        .isEqualTo(
            "The tool itself reports this failure. Exit codes that mean success: [0]; Tool.acceptedExitCodes changes them.");
    assertThat(hint(1)).startsWith(LAST).contains("limit of 64 processes and threads");
    assertThat(hint(3))
        .isEqualTo(
            "The tool itself reports this failure. Exit codes that mean success: [0]; Tool.acceptedExitCodes changes them.");
    assertThat(hint(124, "stopped")).startsWith(LAST);
    tool = tool.command("timeout", "5", "align");
    assertThat(hint(124)).contains("timeout(1)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sudo: unable to resolve host node7: Name or service not known",
        "bash: cannot set terminal process group (-1): Inappropriate ioctl for device",
        "sh: syntax error: unexpected end of file (expecting \"done\")",
        "bash: -c: line 1: unexpected EOF while looking for matching `\"'",
        "ImportError: bad magic number in 'x': invalid magic",
        "error: could not resolve overloaded function f",
        "could not resolve symbol x",
        "reading /shared/.tmp/x",
        "warning: ~/.alignrc is read",
        "wrote 3 records to /shared/out.txt",
        "usage: align [--fork N] [--memory M] [--no-tty]",
        "see https://example.org/.well-known/x for errors that cannot be created",
        "alignment of home directory names",
        "cannot open reads"
      })
  void textsThatOnlyLookAlikeAreLeftAlone(String stderr) {
    tool = tool.shell("align in.fq");

    assertThat(hint(3, stderr)).startsWith(LAST);
  }
}
