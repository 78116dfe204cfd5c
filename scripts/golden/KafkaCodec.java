import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.RequestHeaderDataJsonConverter;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.message.ResponseHeaderDataJsonConverter;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Kafka's own reading and writing of messages, for a program in another language: one command a line in, one answer a line out,
 * which begins with `ok ` or with `error `. Hex stands for bytes.
 *
 * <pre>
 * read request|response &lt;API key> &lt;version> &lt;hex of a frame>               {"header":…,"body":…,"records":…}
 * write &lt;API key> &lt;version> &lt;correlation id> &lt;client id> &lt;JSON of a body>    hex of a request
 * batch &lt;codec> &lt;producer id> &lt;epoch> &lt;sequence> &lt;true|false> &lt;JSON of records>   hex of a batch, transactional if true
 * </pre>
 */
public class KafkaCodec {
  static final ObjectMapper JSON = new ObjectMapper();
  static final HexFormat HEX = HexFormat.of();

  public static void main(String[] args) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      try {
        out.println("ok " + answer(line));
      } catch (Exception e) {
        out.println("error " + String.valueOf(e.getCause() == null ? e : e.getCause()).replace('\n', ' '));
      }
    }
  }

  static String answer(String line) throws Exception {
    var words = line.split(" ", 7);
    switch (words[0]) {
      case "read":
        return read(words[1].equals("request"), number(words[2]), number(words[3]), HEX.parseHex(words[4])).toString();
      case "write": {
        words = line.split(" ", 6);
        var body = JSON.readTree(words[5]);
        return write(number(words[1]), number(words[2]), Integer.parseInt(words[3]), words[4], body);
      }
      case "batch":
        return batch(words);
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  static JsonNode read(boolean request, short key, short version, byte[] frame) throws Exception {
    var type = ApiMessageType.fromApiKey(key);
    var buffer = new ByteBufferAccessor(ByteBuffer.wrap(frame));
    var answer = JSON.createObjectNode();
    if (request) {
      short headerVersion = type.requestHeaderVersion(version);
      answer.set("header", RequestHeaderDataJsonConverter.write(new RequestHeaderData(buffer, headerVersion), headerVersion));
    } else {
      short headerVersion = type.responseHeaderVersion(version);
      answer.set("header", ResponseHeaderDataJsonConverter.write(new ResponseHeaderData(buffer, headerVersion), headerVersion));
    }
    ApiMessage body = request ? type.newRequest() : type.newResponse();
    body.read(buffer, version);
    if (buffer.remaining() > 0) throw new IllegalArgumentException(buffer.remaining() + " bytes are left");
    var write = converter(body).getMethod("write", body.getClass(), short.class, boolean.class);
    answer.set("body", (JsonNode) write.invoke(null, body, version, false));
    var records = recordsOf(body);
    if (!records.isEmpty()) {
      var all = answer.putArray("records");
      for (BaseRecords each : records) describe((MemoryRecords) each, all.addArray());
    }
    return answer;
  }

  static Class<?> converter(ApiMessage message) throws Exception {
    return Class.forName(message.getClass().getName() + "JsonConverter");
  }

  static List<BaseRecords> recordsOf(ApiMessage message) {
    var found = new ArrayList<BaseRecords>();
    if (message instanceof ProduceRequestData produce) {
      produce.topicData().forEach(topic -> topic.partitionData().forEach(each -> found.add(each.records())));
    } else if (message instanceof FetchResponseData fetch) {
      fetch.responses().forEach(topic -> topic.partitions().forEach(each -> found.add(each.records())));
    } else if (message instanceof ShareFetchResponseData fetch) {
      fetch.responses().forEach(topic -> topic.partitions().forEach(each -> found.add(each.records())));
    }
    found.removeIf(each -> each == null);
    return found;
  }

  /** What is in the batches; keys and values are base64, as all bytes in Kafka's JSON. */
  static void describe(MemoryRecords records, ArrayNode all) {
    for (var batch : records.batches()) {
      batch.ensureValid();
      var about = all.addObject();
      about.put("baseOffset", batch.baseOffset()).put("lastOffset", batch.lastOffset());
      about.put("magic", batch.magic()).put("compression", batch.compressionType().name);
      about.put("timestampType", batch.timestampType().name).put("maxTimestamp", batch.maxTimestamp());
      about.put("partitionLeaderEpoch", batch.partitionLeaderEpoch()).put("producerId", batch.producerId());
      about.put("producerEpoch", batch.producerEpoch()).put("baseSequence", batch.baseSequence());
      about.put("transactional", batch.isTransactional()).put("control", batch.isControlBatch());
      var list = about.putArray("records");
      for (var record : batch) {
        var each = list.addObject();
        each.put("offset", record.offset()).put("timestamp", record.timestamp());
        each.put("key", bytes(record.key())).put("value", bytes(record.value()));
        if (batch.isControlBatch()) each.put("controlType", ControlRecordType.parse(record.key()).name());
        var headers = each.putArray("headers");
        for (Header header : record.headers()) {
          headers.addArray().add(header.key()).add(header.value());
        }
      }
    }
  }

  static byte[] bytes(ByteBuffer buffer) {
    if (buffer == null) return null;
    var copy = new byte[buffer.remaining()];
    buffer.duplicate().get(copy);
    return copy;
  }

  static String write(short key, short version, int correlationId, String clientId, JsonNode json) throws Exception {
    var type = ApiMessageType.fromApiKey(key);
    var header = new RequestHeaderData()
        .setRequestApiKey(key).setRequestApiVersion(version).setCorrelationId(correlationId).setClientId(clientId);
    var read = converter(type.newRequest()).getMethod("read", JsonNode.class, short.class);
    var body = (ApiMessage) read.invoke(null, json, version);
    return hex(header, type.requestHeaderVersion(version)) + hex(body, version);
  }

  static String hex(Message message, short version) {
    var cache = new ObjectSerializationCache();
    var buffer = ByteBuffer.allocate(message.size(cache, version));
    message.write(new ByteBufferAccessor(buffer), cache, version);
    return HEX.formatHex(buffer.array());
  }

  static String batch(String[] words) throws Exception {
    var compression = Compression.of(CompressionType.forName(words[1])).build();
    long producerId = Long.parseLong(words[2]);
    short epoch = number(words[3]);
    int sequence = Integer.parseInt(words[4]);
    var records = new ArrayList<SimpleRecord>();
    for (JsonNode each : JSON.readTree(words[6])) {
      var headers = new ArrayList<Header>();
      for (JsonNode header : each.withArray("headers")) {
        headers.add(new RecordHeader(header.get(0).asText(), header.get(1).binaryValue()));
      }
      records.add(new SimpleRecord(each.get("timestamp").asLong(), each.get("key").binaryValue(),
          each.get("value").binaryValue(), headers.toArray(Header[]::new)));
    }
    var array = records.toArray(SimpleRecord[]::new);
    var batch = Boolean.parseBoolean(words[5])
        ? MemoryRecords.withTransactionalRecords(compression, producerId, epoch, sequence, array)
        : MemoryRecords.withIdempotentRecords(compression, producerId, epoch, sequence, array);
    return HEX.formatHex(bytes(batch.buffer()));
  }

  static short number(String word) {
    return Short.parseShort(word);
  }
}
