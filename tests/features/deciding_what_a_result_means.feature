Feature: Deciding what a result means for a pipeline
  An operator lets a pipeline go on or stop by the exit code, and picks the rule.

  Scenario Outline: The rule decides between going on and stopping
    Given the snapshot of <host>
    When I judge the snapshot with the rule "<rule>"
    Then the exit code is <code>

    Examples:
      | host                                              | rule       | code |
      | a well-kept host                                  | fail       | 0    |
      | a host whose container "billing" runs privileged  | fail       | 1    |
      | a host whose container "billing" runs privileged  | never      | 0    |
      | a host whose container "billing" runs privileged  | incomplete | 0    |
      | a host whose container "billing" runs privileged  | score<100  | 1    |
      | a host whose container "billing" runs privileged  | score<50   | 0    |
      | a host whose daemon.json could not be read        | fail       | 2    |
      | a host whose daemon.json could not be read        | incomplete | 2    |
      | a host whose daemon.json could not be read        | score<1    | 2    |
      | a host whose daemon.json could not be read        | never      | 0    |

  Scenario: Several hosts at once
    Given the snapshot of a well-kept host
    And the snapshot of a host whose container "billing" runs privileged
    When I judge the snapshots together
    Then the policy is not met
    And the report has a row for each of 2 hosts
