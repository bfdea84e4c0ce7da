Feature: Evidence packs
  A compliance officer hands recorded audits to an auditor. The auditor has a public key and the programs of any
  Linux system, and wants to know what the pack proves, and what it does not.

  Scenario: The auditor verifies a pack with dockmark
    Given a recorded audit of a well-kept host
    And a recorded audit of a host whose container "billing" runs privileged
    When the compliance officer packs the latest audit and signs it
    And the auditor verifies the pack with the officer's public key
    Then the pack is verified
    And every verdict was judged again from the facts
    And the auditor is told that the host may not have told the truth
    And the auditor is told that nobody knows whether the clocks were right

  Scenario: The auditor verifies a pack without dockmark
    Given a recorded audit of a well-kept host
    When the compliance officer packs the latest audit and signs it
    And the auditor types the commands that are in the pack
    Then all of them succeed

  Scenario: The compliance officer signs with an SSH key
    Given a recorded audit of a well-kept host
    When the compliance officer packs the latest audit and signs it with an SSH key
    And the auditor types the commands that are in the pack
    Then all of them succeed

  Scenario: The counts of a pack add up
    Given a recorded audit of a host whose container "billing" runs privileged
    And a recorded audit of a host without an engine
    When the compliance officer packs all audits and signs them
    Then the pack says for each audit whose it was, of which host and when
    And in each audit every control that was asked is counted once
    And controls that no engine answered for are counted as unreachable

  Scenario: Evidence for one requirement
    Given a recorded audit of a host whose container "billing" runs privileged
    When the compliance officer packs the latest audit for requirement "4.4.3" of "nist_sp_800_190"
    Then the pack holds a report of the controls for that requirement alone
    And the pack holds all facts of the host all the same

  Scenario: A waiver in force goes with the audit
    Given a waiver for the container "billing" that says who accepted it
    And a recorded audit under that waiver of a host whose container "billing" runs privileged
    When the compliance officer packs the latest audit and signs it
    Then the waiver is in the pack
    And a failure is counted as waived
    When the auditor verifies the pack with the officer's public key
    Then the pack is verified

  Scenario Outline: Somebody changed the pack on its way
    Given a recorded audit of a host whose container "billing" runs privileged
    When the compliance officer packs the latest audit and signs it
    And somebody <does what>
    And the auditor verifies the pack with the officer's public key
    Then the pack is not verified
    And the auditor is told "<what differs>"

    Examples:
      | does what                                            | what differs                                             |
      | turns the failure on privileged containers to a pass | container_not_privileged is pass in the pack, and fail   |
      | changes what was seen of the container               | container_not_privileged is fail in the pack, and pass   |
      | takes a report out                                   | report.txt is missing                                    |
      | adds a file                                          | extra.txt was added                                      |
      | cuts the file short                                  | not the archive of a pack                                |
      | signs it anew with a key of their own                | none of the 1 trusted                                    |
      | takes the signature off                              | envelope.json                                            |

  Scenario: An auditor who names no key is not told that the pack is verified
    Given a recorded audit of a well-kept host
    When the compliance officer packs the latest audit and signs it
    And the auditor verifies the pack without a key
    Then the pack is not verified
    And the auditor is told "who made it is not known"

  Scenario: A pack that is not signed says so
    Given a recorded audit of a well-kept host
    When the compliance officer packs the latest audit and does not sign it
    Then the compliance officer is told that it is not signed
    When the auditor verifies the pack with the officer's public key
    Then the pack is not verified
    And the auditor is told "the pack is not signed"

  Scenario: A history whose end was cut off
    Given a recorded audit of a well-kept host
    And a recorded audit of a host whose container "billing" runs privileged
    And the auditor has kept the head that the last report showed
    When somebody begins the history anew with a well-kept host alone
    And the compliance officer packs the latest audit and signs it
    And the auditor verifies the pack and expects that head
    Then the pack is not verified
    And the auditor is told "the history was cut off or rewritten"

  Scenario: A history that has grown
    Given a recorded audit of a well-kept host
    And the auditor has kept the head that the last report showed
    And a recorded audit of a host whose container "billing" runs privileged
    When the compliance officer packs the latest audit and signs it
    And the auditor verifies the pack and expects that head
    Then the pack is verified
    And the auditor is told "the expected head is that of run 1, 1 more came after it"
