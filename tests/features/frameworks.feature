Feature: What results mean for a framework
  A compliance officer does not ask about recommendations of CIS but about countermeasures and controls: which of them do the
  results support, which do they contradict, which stay open, and which can no scan ever speak to. Nobody is told to be compliant.

  Scenario: A privileged container contradicts the countermeasure against insecure runtimes
    Given the snapshot of a host whose container "web" runs privileged
    When I look at the results from the framework "nist_sp_800_190"
    Then requirement "4.4.3" is "contradicted"
    And it is contradicted by the control "container_not_privileged"
    And the risk "3.4.3" has the status of "4.4.3"
    And the report names the container "web"

  Scenario: A failure under a waiver contradicts all the same, and is shown as waived
    Given the snapshot of a host whose container "web" runs privileged
    And a waiver for the control "container_not_privileged"
    When I look at the results from the framework "nist_sp_800_190"
    Then requirement "4.4.3" is "contradicted"
    And the report says that "container_not_privileged (waived)"

  Scenario: What could not be looked at establishes nothing
    Given the snapshot of a host whose list of containers broke off
    When I look at the results from the framework "nist_sp_800_190"
    Then requirement "4.4.4" is "not established"
    And the report says that "could not be looked at: container_root_filesystem_read_only"

  Scenario: A run narrowed to the controls that pass supports no more than a whole one
    Given the snapshot of a well-kept host
    When I look at the control "container_not_privileged" alone from the framework "nist_sp_800_190"
    Then requirement "4.4.3" is "not established"
    And the report says that "not judged in this run"

  Scenario: What no scan reaches is named, with the reason, and never counted as met
    Given the snapshot of a well-kept host
    When I look at the results from the framework "nist_sp_800_190"
    Then requirement "4.5.2" is "not reachable"
    And the score of the framework counts only what checks can reach
    And the share out of reach stands beside it

  Scenario: The report never says compliant
    Given the snapshot of a well-kept host
    When I look at the results from the framework "nist_sp_800_190"
    Then no requirement is called compliant or met

  Scenario: The list of requirements says how far checks reach
    When I ask for the coverage of "nist_sp_800_190"
    Then every requirement is listed with its controls or with the reason why there are none

  Scenario: A number that several frameworks know
    When I ask for the explanation of "4.4"
    Then the explanation is about "image_vulnerabilities_acceptable"
    And the message says "nist_sp_800_190:4.4"

  Scenario: A Statement of Applicability shows where decision and results do not fit
    Given the snapshot of a host whose container "web" runs privileged
    And an organisation that states "4.4.3" as implemented and "4.3.4" as not applicable
    When I ask for its statement about "nist_sp_800_190" with the results of that host
    Then "4.4.3" is stated as applicable, with the remark "stated as implemented, and contradicted by results"
    And "4.3.4" is stated as not applicable, with its justification
    And every other requirement is shown as undecided

  Scenario: A misspelt requirement in the overlay
    Given an organisation that states "4.4.33" as implemented and "4.3.4" as not applicable
    When I ask for its statement about "nist_sp_800_190"
    Then the run is refused
    And the message gives file, line and column of "soa.yaml"
    And the message says "did you mean 4.4.3"

  Scenario: The same results for tools that read OSCAL
    Given the snapshot of a host whose container "web" runs privileged
    When I write the results as OSCAL
    Then compliance-trestle accepts the document
    And the privileged container is an open risk in it
