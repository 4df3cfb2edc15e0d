#!/usr/bin/env bash
# Starts the one Kafka node of compose.yaml. Who may sign in is known before it first listens, and
# whom no access list names may do nothing.
set -euo pipefail
umask 077
kafka=${KAFKA_HOME:-/opt/kafka} kept=${KEPT:-/var/lib/kafka/data} port=${LISTEN:-9092}
password=$(<"$PASSWORD_FILE")
between=$(head -c 24 /dev/urandom | base64 | tr -d '+/=')  # the controllers keep the users of SCRAM
work=$(mktemp -d)
login=org.apache.kafka.common.security
cat >"$work/server.properties" <<X
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=CLIENT://:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=CLIENT://$ADVERTISED
listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.client.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=$login.scram.ScramLoginModule required username="throughcare" password="$password";
sasl.mechanism.controller.protocol=PLAIN
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config=$login.plain.PlainLoginModule required username="node" password="$between" user_node="$between";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:throughcare;User:node
allow.everyone.if.no.acl.found=false
auto.create.topics.enable=false
log.dirs=$kept
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
X
if [ ! -s "$kept/meta.properties" ]; then
  # From a file: what is typed can be read in the list of processes.
  printf -- '--add-scram\nSCRAM-SHA-512=[name=throughcare,password=%s]\n' "$password" >"$work/users"
  "$kafka/bin/kafka-storage.sh" format --cluster-id "$("$kafka/bin/kafka-storage.sh" random-uuid)" \
    "@$work/users" --config "$work/server.properties" >/dev/null
  rm "$work/users"
fi
exec "$kafka/bin/kafka-server-start.sh" "$work/server.properties"
