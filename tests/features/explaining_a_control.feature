Feature: Explaining a control
  Whoever reads a verdict wants to know why the control exists, how it is checked, and how to mend a failure.

  Scenario: By the number of the benchmark
    When I ask for the explanation of "5.5"
    Then the explanation is about "container_not_privileged"
    And it says why the control exists, how it is checked and how to mend a failure
    And it says that "HostConfig.Privileged must be false"
    And it gives the number in every version of the benchmark

  Scenario: By our own id
    When I ask for the explanation of "container_not_privileged"
    Then the explanation is about "container_not_privileged"

  Scenario: A misspelt id
    When I ask for the explanation of "container_not_priviledged"
    Then the run is refused
    And the message says "container_not_privileged"

  Scenario: The list tells what nothing judges yet
    When I list the controls of benchmark 1.6.0 and profile level_2
    Then 117 recommendations are listed
    And those that nothing judges yet are marked
