import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Java's assignors, for what samsa's are compared with; no broker is needed. The argument is a file with a JSON array of
 * tasks; the last line that is printed is an array with the answer to each. Bytes are base64.
 */
public class JavaAssignors {
  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    var answers = JSON.createArrayNode();
    for (JsonNode task : JSON.readTree(new File(args[0]))) {
      answers.add(switch (task.get("do").asText()) {
        case "plan" -> plan(task);
        case "user-data" -> userData(task);
        case "read" -> read(task);
        case "write" -> write(task);
        default -> throw new IllegalArgumentException(task.get("do").asText());
      });
    }
    System.out.println(JSON.writeValueAsString(answers));
  }

  static ConsumerPartitionAssignor assignor(JsonNode task) {
    return switch (task.get("strategy").asText()) {
      case "range" -> new RangeAssignor();
      case "roundrobin" -> new RoundRobinAssignor();
      case "sticky" -> new StickyAssignor();
      case "cooperative-sticky" -> new CooperativeStickyAssignor();
      default -> throw new IllegalArgumentException(task.get("strategy").asText());
    };
  }

  /** What each member gets. */
  static ObjectNode plan(JsonNode task) {
    var subscriptions = new HashMap<String, Subscription>();
    for (JsonNode member : task.get("members")) {
      var subscription = new Subscription(
          strings(member.get("topics")),
          bytes(member.get("userData")),
          partitions(member.get("ownedPartitions")),
          member.get("generationId").asInt(),
          Optional.ofNullable(member.get("rackId").textValue()));
      subscription.setGroupInstanceId(Optional.ofNullable(member.get("instanceId").textValue()));
      subscriptions.put(member.get("memberId").asText(), subscription);
    }
    var plan = JSON.createObjectNode();
    assignor(task).assign(cluster(task.get("topics")), new GroupSubscription(subscriptions)).groupAssignment()
        .forEach((member, assignment) -> plan.set(member, json(assignment.partitions())));
    return plan;
  }

  /** What a member tells the leader after it was assigned partitions; null before. */
  static JsonNode userData(JsonNode task) {
    var assignor = assignor(task);
    if (task.hasNonNull("assignment")) {
      var metadata = new ConsumerGroupMetadata("group", task.get("generationId").asInt(), "member", Optional.empty());
      assignor.onAssignment(new Assignment(partitions(task.get("assignment"))), metadata);
    }
    return JSON.valueToTree(text(assignor.subscriptionUserData(Set.copyOf(strings(task.get("topics"))))));
  }

  /** What a subscription and an assignment say. */
  static ObjectNode read(JsonNode task) {
    var subscription = ConsumerProtocol.deserializeSubscription(bytes(task.get("subscription")));
    var assignment = ConsumerProtocol.deserializeAssignment(bytes(task.get("assignment")));
    var read = JSON.createObjectNode();
    read.set("topics", JSON.valueToTree(subscription.topics()));
    read.put("userData", text(subscription.userData()));
    read.set("ownedPartitions", json(subscription.ownedPartitions()));
    read.put("generationId", subscription.generationId().orElse(-1));
    read.put("rackId", subscription.rackId().orElse(null));
    read.set("partitions", json(assignment.partitions()));
    read.put("assignmentUserData", text(assignment.userData()));
    return read;
  }

  /** A subscription and an assignment, as bytes. */
  static ObjectNode write(JsonNode task) {
    var subscription = new Subscription(
        strings(task.get("topics")),
        bytes(task.get("userData")),
        partitions(task.get("ownedPartitions")),
        task.get("generationId").asInt(),
        Optional.ofNullable(task.get("rackId").textValue()));
    var assignment = new Assignment(partitions(task.get("partitions")), bytes(task.get("assignmentUserData")));
    var written = JSON.createObjectNode();
    var version = (short) task.get("version").asInt();
    written.put("subscription", text(ConsumerProtocol.serializeSubscription(subscription, version)));
    written.put("assignment", text(ConsumerProtocol.serializeAssignment(assignment, version)));
    return written;
  }

  /** A cluster with a broker in each rack. */
  static Cluster cluster(JsonNode topics) {
    var nodes = new HashMap<String, Node>();
    var partitions = new ArrayList<PartitionInfo>();
    for (JsonNode topic : topics) {
      for (JsonNode partition : topic.get("partitions")) {
        var replicas = new ArrayList<Node>();
        for (String rack : strings(partition.get("racks"))) {
          replicas.add(nodes.computeIfAbsent(rack, name -> new Node(nodes.size(), "host", 1, name)));
        }
        var array = replicas.toArray(new Node[0]);
        partitions.add(new PartitionInfo(
            topic.get("topic").asText(), partition.get("partition").asInt(), Node.noNode(), array, array));
      }
    }
    return new Cluster("cluster", new HashSet<>(nodes.values()), partitions, Set.of(), Set.of());
  }

  static List<TopicPartition> partitions(JsonNode lists) {
    var partitions = new ArrayList<TopicPartition>();
    for (JsonNode list : lists) {
      for (JsonNode partition : list.get("partitions")) {
        partitions.add(new TopicPartition(list.get("topic").asText(), partition.asInt()));
      }
    }
    return partitions;
  }

  static ArrayNode json(List<TopicPartition> partitions) {
    var array = JSON.createArrayNode();
    for (var each : partitions) array.addObject().put("topic", each.topic()).put("partition", each.partition());
    return array;
  }

  static List<String> strings(JsonNode array) {
    var strings = new ArrayList<String>();
    for (JsonNode each : array) strings.add(each.asText());
    return strings;
  }

  static ByteBuffer bytes(JsonNode text) {
    return text == null || text.isNull() ? null : ByteBuffer.wrap(Base64.getDecoder().decode(text.asText()));
  }

  static String text(ByteBuffer buffer) {
    if (buffer == null) return null;
    var bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
