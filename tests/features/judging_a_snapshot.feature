Feature: Judging a recorded host
  A compliance officer receives the snapshot of a host and wants to know how it stands,
  without access to the host itself.

  Scenario: A well-kept host
    Given the snapshot of a well-kept host
    When I judge the snapshot
    Then the policy is met
    And the score is 100.0 percent
    And the coverage counts every selected control
    And the report says which recommendations nothing judges yet

  Scenario: A failing container is named with what was found and what was expected
    Given the snapshot of a host whose container "billing" runs privileged
    When I judge the snapshot
    Then the policy is not met
    And recommendation 5.5 is reported as "fail"
    And the report names the container "billing"
    And the report says that "HostConfig.Privileged is true, must be false"

  Scenario: A stopped container counts too
    Given the snapshot of a host whose stopped container "billing" runs privileged
    When I judge the snapshot
    Then the policy is not met
    And recommendation 5.5 is reported as "fail"

  Scenario: What nobody could look at never passes
    Given the snapshot of a host whose daemon.json could not be read
    When I judge the snapshot
    Then the evaluation is incomplete
    And recommendation 2.2 is reported as "error" because access was "denied"
    And no control that rests on an unread setting is reported as "pass"

  Scenario: A setting that waits for a restart is known to nobody
    Given the snapshot of a host whose daemon.json is newer than the running daemon
    When I judge the snapshot
    Then the evaluation is incomplete
    And recommendation 2.2 is reported as "unknown" because of "pending_restart"

  Scenario: A list of containers that broke off proves nothing about the rest
    Given the snapshot of a host whose list of containers broke off
    When I judge the snapshot
    Then the evaluation is incomplete
    And recommendation 5.5 is reported as "error" because of "truncated"

  Scenario: A proven failure stays a failure whatever else could not be seen
    Given the snapshot of a host whose container "billing" runs privileged
    But whose list of containers broke off
    When I judge the snapshot
    Then the evaluation is incomplete
    And recommendation 5.5 is reported as "fail"

  Scenario: A damaged snapshot is refused
    Given the snapshot of a well-kept host
    But somebody cut the file short
    When I judge the snapshot
    Then the run is refused
    And the message names the file
    And there is no report

  Scenario: A snapshot that says the same thing twice is refused
    Given the snapshot of a well-kept host
    But somebody wrote a second answer beside the first
    When I judge the snapshot
    Then the run is refused
    And the message says "duplicate_key"

  Scenario: Hostile names cannot write on the terminal
    Given the snapshot of a host whose container "x\e[2Jwell\r" runs privileged
    When I judge the snapshot
    Then the policy is not met
    And the report holds no control characters

  Scenario: The same snapshot gives the same verdicts
    Given the snapshot of a host whose container "billing" runs privileged
    When I judge the snapshot twice
    Then both reports hold the same results
