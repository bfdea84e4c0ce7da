Feature: Comparing the score of one release with the next
  Every release is audited and kept in the history. Whoever signs off the next one wants to know what changed, whose doing it
  was, and why the score moved: also when containers were renamed, a waiver ran out or the benchmark itself has a new version.

  @clock
  Scenario: A release mends one thing and breaks another
    Given release 1.3 on 2026-01-15 ran the containers
      | container | service  | weakness   |
      | web-1     | shop/web | privileged |
      | db-1      | shop/db  |            |
    And release 1.4 on 2026-02-15 ran the containers
      | container | service  | weakness |
      | web-1     | shop/web |          |
      | db-1      | shop/db  | writable |
    When I compare release:1.3 with release:1.4
    Then the outcome is "regressed"
    And 5.5 is "fixed" for the container "web-1"
    And 5.13 is "regressed" for the container "db-1"
    And the terms of the bridge add up to the difference
    And all of the difference is put down to "posture"

  @clock
  Scenario: A release that only mends is the same or better
    Given release 1.3 on 2026-01-15 ran the containers
      | container | service  | weakness   |
      | web-1     | shop/web | privileged |
    And release 1.4 on 2026-02-15 ran the containers
      | container | service  | weakness |
      | web-1     | shop/web |          |
    When I compare latest~1 with latest
    Then the outcome is "same or better"
    And the report can be pasted into a merge request

  @clock
  Scenario: A known failure is still the same when its container was renamed, replaced and scaled
    Given release 1.3 on 2026-01-15 ran the containers
      | container  | service  | weakness   |
      | shop_web_1 | shop/web | privileged |
    And release 1.4 on 2026-02-15 ran the containers
      | container  | service  | weakness   |
      | shop-web-1 | shop/web | privileged |
      | shop-web-2 | shop/web | privileged |
    When I compare release:1.3 with release:1.4
    Then the outcome is "same or better"
    And 5.5 is "persisting" for the container "shop-web-1"
    And 5.5 is "persisting" for the container "shop-web-2"

  @clock
  Scenario: A renamed container that belongs to no service is told, and can be followed by a label
    Given release 1.3 on 2026-01-15 ran the containers
      | container | label | weakness   |
      | billing   | pay   | privileged |
    And release 1.4 on 2026-02-15 ran the containers
      | container | label | weakness   |
      | invoices  | pay   | privileged |
    When I compare release:1.3 with release:1.4
    Then the outcome is "regressed"
    And 5.5 is "gone" for the container "billing"
    And 5.5 is "appeared" for the container "invoices"
    When I compare release:1.3 with release:1.4 by the label "app"
    Then the outcome is "same or better"
    And 5.5 is "persisting" for the container "invoices"

  @clock
  Scenario: Containers that are gone take their failures with them
    Given release 1.3 on 2026-01-15 ran the containers
      | container | weakness   |
      | web       |            |
      | legacy    | privileged |
    And release 1.4 on 2026-02-15 ran the containers
      | container | weakness |
      | web       |          |
    When I compare release:1.3 with release:1.4
    Then the outcome is "same or better"
    And 5.5 is "gone" for the container "legacy"
    And all of the difference is put down to "population"

  @clock
  Scenario: A waiver runs out though nobody touched the host
    Given a waiver for 5.5 of the container "web" until 2026-03-31
    And release 1.3 on 2026-03-15 ran the containers
      | container | weakness   |
      | web       | privileged |
    And release 1.3 on 2026-04-15 ran the containers
      | container | weakness   |
      | web       | privileged |
    When I compare latest~1 with latest
    Then the outcome is "regressed"
    And 5.5 is "waiver expired" for the container "web"
    And the terms of the bridge add up to the difference
    And after waivers the difference is put down to "waivers" alone

  @clock
  Scenario: The benchmark has a new version and the host has not changed
    Given release 1.3 on 2026-01-15, judged by version 1.7.0, ran the containers
      | container | weakness   |
      | web       | privileged |
    And release 1.3 on 2026-02-15, judged by version 1.8.0, ran the containers
      | container | weakness   |
      | web       | privileged |
    When I compare latest~1 with latest
    Then the outcome is "same or better"
    And the terms of the bridge add up to the difference
    And all of the difference is put down to "benchmark version"

  @clock
  Scenario: What could not be looked at proves nothing
    Given release 1.3 on 2026-01-15 ran the containers
      | container | weakness |
      | web       |          |
    And release 1.4 on 2026-02-15 ran the containers, but its list of them broke off
      | container | weakness |
      | web       |          |
    When I compare release:1.3 with release:1.4
    Then the outcome is "not comparable"
    And the report says what was not looked at
    And all of the difference is put down to "coverage"

  @clock
  Scenario: A build breaks for a new failure only
    Given release 1.3 on 2026-01-15 ran the containers
      | container | service  | weakness   |
      | web-1     | shop/web | privileged |
    When the build judges the same containers against release:1.3
    Then the build goes on
    When the build judges these containers against release:1.3
      | container | service  | weakness   |
      | web-9     | shop/web | privileged |
      | db-1      | shop/db  | writable   |
    Then the build breaks
    And it names the new failure of "db-1" and no other
