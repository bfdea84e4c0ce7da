Feature: Broken content is refused before anything is judged
  Somebody edits a control file and makes mistakes. No verdict may rest on a file that was not understood.

  Background:
    Given a copy of the controls and mappings
    And the snapshot of a well-kept host

  Scenario: An unknown word
    Given the control "container_not_privileged" says "equal" instead of "equals"
    When I judge the snapshot with that copy
    Then the run is refused
    And the message gives file, line and column of "container_not_privileged.yaml"
    And there is no report

  Scenario: All mistakes are told at once
    Given the control "container_not_privileged" says "equal" instead of "equals"
    And the control "container_memory_limited" says "sevrity" instead of "severity"
    When I judge the snapshot with that copy
    Then the run is refused
    And the message gives file, line and column of "container_not_privileged.yaml"
    And the message gives file, line and column of "container_memory_limited.yaml"

  Scenario: The copy as it is
    When I judge the snapshot with that copy
    Then the policy is met
