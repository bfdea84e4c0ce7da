Feature: Auditing by the calendar
  A compliance officer has to show that the host was audited every Monday, and wants to be told when something got worse.

  Scenario: Every run that was due took place
    Given a host that was audited on 2026-01-05, 2026-01-12, 2026-01-19 and 2026-01-26
    When I ask whether every Monday of January was covered
    Then the answer is yes
    And 4 runs were on time

  Scenario: The machine was off for a week
    Given a host that was audited on 2026-01-05, 2026-01-13 and 2026-01-26
    When I ask whether every Monday of January was covered
    Then the answer is no
    And the run of 2026-01-12 was late
    And the run of 2026-01-19 was missed

  Scenario: An auditor asks about a host that nobody audited
    Given a host that was audited on 2026-01-05, 2026-01-12, 2026-01-19 and 2026-01-26
    When I ask whether every Monday of January was covered on the host "forgotten"
    Then the answer is no
    And the run of 2026-01-05 was missed

  Scenario: A container starts to share the host's memory
    Given a host that was audited on 2026-01-05
    And a container shares the host's memory when it is audited on 2026-01-12
    When somebody is to be notified
    Then they are told of a regression of control "container_no_host_ipc"

  Scenario: Nothing got worse
    Given a host that was audited on 2026-01-05 and 2026-01-12
    When somebody is to be notified
    Then there is nothing to tell

  Scenario: A schedule is looked at before it is installed
    When I ask for a schedule "Mon *-*-* 02:00" of level_1 without installing it
    Then I see a service that audits with "--profile=level_1"
    And I see a timer for "Mon *-*-* 02:00" that makes up for missed starts
