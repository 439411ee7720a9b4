/** The names of Docker's official images: a name without an owner that is not among them does not exist at the registry. */
export const OFFICIAL_IMAGES: ReadonlySet<string> = new Set(('adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux '
  + 'backdrop bash bonita buildpack-deps busybox caddy cassandra centos '
  + 'chronograf cirros clearlinux clefos clickhouse clojure composer consul convertigo couchbase couchdb crate dart debian docker drupal eclipse-mosquitto '
    + 'eclipse-temurin eggdrop elasticsearch elixir emqx erlang express-gateway fedora '
  + 'flink fluentd friendica gazebo gcc geonetwork ghost gradle groovy haproxy haskell haxe hello-seattle hello-world hitch hola-mundo httpd hylang '
    + 'ibm-semeru-runtimes ibmjava influxdb irssi jetty jobber joomla jruby julia kaazing-gateway '
  + 'kapacitor kibana known kong krakend lightstreamer liquibase logstash mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica mono mysql nats '
    + 'nats-streaming neo4j neurodebian nextcloud nginx node notary nuxeo odoo '
  + 'open-liberty openjdk open-webui oraclelinux orientdb percona perl photon php php-zendserver phpmyadmin plone postfixadmin postgres pypy python r-base rabbitmq '
    + 'rakudo-star rapidoid redis redmine registry rethinkdb rockylinux rocket.chat ros ruby '
  + 'rust sapmachine satosa scratch sentry silverpeas sl solr sonarqube sourcemage spark spiped storm swarm swift swipl teamspeak telegraf thrift tomcat tomee '
    + 'traefik ubuntu ubuntu-debootstrap unit valkey varnish vault websphere-liberty wordpress xwiki yourls znc zookeeper').split(' '));
