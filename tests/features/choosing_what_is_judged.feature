Feature: Choosing what is judged
  An auditor asks for a certain version of the benchmark and a certain profile.

  Scenario Outline: A version and a profile select the controls that stand in them
    Given the snapshot of a well-kept host
    When I judge the snapshot under benchmark <version> and profile <profile>
    Then the report is about benchmark <version> and profile <profile>
    And exactly the recommendations of that version and profile are in the report

    Examples:
      | version | profile |
      | 1.6.0   | level_1 |
      | 1.6.0   | level_2 |
      | 1.7.0   | level_1 |
      | 1.8.0   | level_1 |
      | 1.8.0   | level_2 |

  Scenario: The same control has another number in another version
    Given the snapshot of a well-kept host
    When I judge the snapshot under benchmark 1.6.0 and profile level_1
    Then control "tcp_listeners_verify_clients" stands under number 2.7
    When I judge the snapshot under benchmark 1.8.0 and profile level_1
    Then control "tcp_listeners_verify_clients" stands under number 2.8

  Scenario: A single control, by its number
    Given the snapshot of a host whose container "billing" runs privileged
    When I judge the snapshot for recommendation 5.5 alone
    Then the policy is not met
    And the report holds control "container_not_privileged" alone

  Scenario: An organisation's own limits
    Given the snapshot of a host whose container "clock" may set the time
    When I judge the snapshot for recommendation 5.4 alone
    Then the policy is not met
    When I judge it again with "container_capabilities_limited.approved_capabilities" set to "SYS_TIME"
    Then the policy is met

  Scenario: A version that does not exist
    Given the snapshot of a well-kept host
    When I judge the snapshot under benchmark 2.0.0 and profile level_1
    Then the run is refused
    And the message says "1.6.0, 1.7.0, 1.8.0"
